/// The few Linux calls that Swift's Glibc module does not import as they are. No logic.
#pragma once
