/// Numeric kernels with run-time CPU dispatch. No logic above a kernel.
#pragma once
