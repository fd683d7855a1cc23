#pragma once
#include "files_shims.h"
