#pragma once
#include <stdint.h>
#include <yaml.h>

/// One libyaml event without its union, so that Swift reads plain fields. The pointers live until the next event.
typedef struct {
  /// A `yaml_event_type_t`.
  int32_t kind;
  /// Of a scalar: 0 plain, 1 quoted, 2 block. Of a collection: 1 when written with brackets.
  int32_t style;
  /// Lines and columns from 0, in code points.
  int32_t start_line, start_column, end_line, end_column;
  /// Distances from the beginning of the text, in code points.
  size_t start_index, end_index;
  /// The text of a scalar.
  const unsigned char *value;
  size_t length;
  /// The name behind `&`, or behind `*` for an alias; null without one.
  const char *anchor;
  /// The resolved tag; null without one.
  const char *tag;
  /// Of a document start: the tag directives that it was given.
  int32_t tag_directives;
} drplan_yaml_event;

/// Deletes the event before, reads the next into `raw` and lays it out flat. 0 after a syntax error.
static inline int drplan_yaml_next(yaml_parser_t *parser, yaml_event_t *raw, drplan_yaml_event *event) {
  yaml_event_delete(raw);
  if (!yaml_parser_parse(parser, raw)) return 0;
  event->kind = (int32_t)raw->type;
  event->start_line = (int32_t)raw->start_mark.line;
  event->start_column = (int32_t)raw->start_mark.column;
  event->start_index = raw->start_mark.index;
  event->end_line = (int32_t)raw->end_mark.line;
  event->end_column = (int32_t)raw->end_mark.column;
  event->end_index = raw->end_mark.index;
  event->anchor = NULL;
  event->tag = NULL;
  event->style = 0;
  switch (raw->type) {
  case YAML_SCALAR_EVENT:
    event->value = raw->data.scalar.value;
    event->length = raw->data.scalar.length;
    event->anchor = (const char *)raw->data.scalar.anchor;
    event->tag = (const char *)raw->data.scalar.tag;
    switch (raw->data.scalar.style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: event->style = 1; break;
    case YAML_LITERAL_SCALAR_STYLE:
    case YAML_FOLDED_SCALAR_STYLE: event->style = 2; break;
    default: break;
    }
    break;
  case YAML_SEQUENCE_START_EVENT:
    event->anchor = (const char *)raw->data.sequence_start.anchor;
    event->tag = (const char *)raw->data.sequence_start.tag;
    event->style = raw->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    break;
  case YAML_MAPPING_START_EVENT:
    event->anchor = (const char *)raw->data.mapping_start.anchor;
    event->tag = (const char *)raw->data.mapping_start.tag;
    event->style = raw->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    break;
  case YAML_ALIAS_EVENT:
    event->anchor = (const char *)raw->data.alias.anchor;
    break;
  case YAML_DOCUMENT_START_EVENT:
    event->tag_directives = (int32_t)(raw->data.document_start.tag_directives.end -
                                      raw->data.document_start.tag_directives.start);
    break;
  default: break;
  }
  return 1;
}
