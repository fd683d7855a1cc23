#pragma once
#include <isa-l.h>
#include <stdlib.h>
#include <string.h>

// ISA-L keeps its state in structures with arrays too large for Swift to import: they stay behind these functions.

typedef struct {
  struct isal_zstream stream;
  uint8_t *levelBuffer;
  uint32_t levelSize;
  uint32_t level;
} drplan_isal_deflater;

static inline void drplan_isal_deflater_free(void *opaque) {
  drplan_isal_deflater *deflater = (drplan_isal_deflater *)opaque;
  if (deflater == NULL) return;
  free(deflater->levelBuffer);
  free(deflater);
}

// A deflater for levels 0 to 3, or NULL without memory.
static inline void *drplan_isal_deflater_make(uint32_t level) {
  static const uint32_t sizes[] = {
    1, ISAL_DEF_LVL1_EXTRA_LARGE, ISAL_DEF_LVL2_EXTRA_LARGE, ISAL_DEF_LVL3_EXTRA_LARGE};
  if (level > 3) return NULL;
  void *memory = NULL;
  if (posix_memalign(&memory, 64, sizeof(drplan_isal_deflater)) != 0) return NULL;
  drplan_isal_deflater *deflater = (drplan_isal_deflater *)memory;
  deflater->level = level;
  deflater->levelSize = sizes[level];
  deflater->levelBuffer = (uint8_t *)malloc(deflater->levelSize);
  if (deflater->levelBuffer == NULL) {
    free(memory);
    return NULL;
  }
  return memory;
}

// Compresses a whole block to raw deflate; the bytes written, or -1 when they do not fit into `capacity`.
static inline int64_t drplan_isal_deflate(
    void *opaque, const void *input, uint32_t count, void *output, uint32_t capacity) {
  drplan_isal_deflater *deflater = (drplan_isal_deflater *)opaque;
  struct isal_zstream *stream = &deflater->stream;
  isal_deflate_init(stream);
  stream->level = deflater->level;
  stream->level_buf = deflater->levelBuffer;
  stream->level_buf_size = deflater->levelSize;
  stream->next_in = (uint8_t *)(uintptr_t)input;
  stream->avail_in = count;
  stream->next_out = (uint8_t *)output;
  stream->avail_out = capacity;
  stream->end_of_stream = 1;
  stream->flush = NO_FLUSH;
  if (isal_deflate(stream) != COMP_OK || stream->avail_in != 0 || stream->internal_state.state != ZSTATE_END)
    return -1;
  return stream->total_out;
}

static inline void *drplan_isal_inflater_make(void) { return malloc(sizeof(struct inflate_state)); }

// Inflates one whole raw deflate stream that must fill exactly `expected` bytes and end within `count` input bytes;
// the input bytes consumed, or -1.
static inline int64_t drplan_isal_inflate(
    void *opaque, const void *input, uint32_t count, void *output, uint32_t expected) {
  struct inflate_state *state = (struct inflate_state *)opaque;
  isal_inflate_init(state);
  state->crc_flag = ISAL_DEFLATE;
  state->next_in = (uint8_t *)(uintptr_t)input;
  state->avail_in = count;
  state->next_out = (uint8_t *)output;
  state->avail_out = expected;
  if (isal_inflate_stateless(state) != ISAL_DECOMP_OK || state->total_out != expected ||
      state->block_state != ISAL_BLOCK_FINISH)
    return -1;
  // Whole bytes that the bit reader took ahead of its position belong to what follows the stream.
  int64_t consumed = (int64_t)count - state->avail_in - state->read_in_length / 8;
  return consumed;
}

static inline uint32_t drplan_isal_crc32(const void *bytes, uint64_t count) {
  return crc32_gzip_refl(0, (const unsigned char *)bytes, count);
}
