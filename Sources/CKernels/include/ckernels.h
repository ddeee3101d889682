/// Numeric kernels with run-time CPU dispatch. No logic above a kernel.
#pragma once

#include "outcrop_cpu.h"
#include "outcrop_dot.h"
#include "outcrop_encoder.h"
