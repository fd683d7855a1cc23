#pragma once
#include <stdint.h>
#include <string.h>
#include <zlib.h>

// zlib's initialisers are macros.

// Compresses a whole block to raw deflate; the bytes written, or -1 when they do not fit into `capacity`.
static inline int64_t drplan_zlib_deflate(
    int level, const void *input, uint32_t count, void *output, uint32_t capacity) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (deflateInit2(&stream, level, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) return -1;
  stream.next_in = (Bytef *)(uintptr_t)input;
  stream.avail_in = count;
  stream.next_out = (Bytef *)output;
  stream.avail_out = capacity;
  int result = deflate(&stream, Z_FINISH);
  int64_t produced = (int64_t)stream.total_out;
  deflateEnd(&stream);
  return result == Z_STREAM_END ? produced : -1;
}

// Inflates one whole raw deflate stream that must fill exactly `expected` bytes; the input bytes consumed, or -1.
static inline int64_t drplan_zlib_inflate(const void *input, uint32_t count, void *output, uint32_t expected) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (inflateInit2(&stream, -15) != Z_OK) return -1;
  stream.next_in = (Bytef *)(uintptr_t)input;
  stream.avail_in = count;
  unsigned char spare;
  stream.next_out = expected > 0 ? (Bytef *)output : &spare;
  stream.avail_out = expected;
  int result = inflate(&stream, Z_FINISH);
  int64_t consumed = (int64_t)stream.total_in;
  uint64_t produced = stream.total_out;
  inflateEnd(&stream);
  return result == Z_STREAM_END && produced == expected ? consumed : -1;
}
