/* Writes rows of a pool again and again with libxlsxwriter, styled as ours, and prints the milliseconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xlsxwriter.h>

#define COLUMNS 10
#define NULL_MARK '\1'

static const char *NAMES[COLUMNS] = {"id", "account_no", "amount", "rate", "created_at", "status", "name", "city_note", "active", "comment"};

typedef struct {
  char *text[COLUMNS];
  double number[COLUMNS];
} Row;

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static size_t read_pool(const char *path, Row **rows) {
  FILE *file = fopen(path, "rb");
  if (!file) exit(1);
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *all = malloc(size + 1);
  if (fread(all, 1, size, file) != (size_t)size) exit(1);
  all[size] = 0;
  fclose(file);
  size_t count = 1;
  for (char *p = all; *p; p++) count += *p == '\2';
  *rows = calloc(count, sizeof(Row));
  char *p = all;
  for (size_t r = 0; r < count; r++)
    for (int c = 0; c < COLUMNS; c++) {
      (*rows)[r].text[c] = p;
      p += strcspn(p, "\t\2");
      if (*p) *p++ = 0;
      (*rows)[r].number[c] = strtod((*rows)[r].text[c], NULL);
    }
  return count;
}

int main(int argc, char **argv) {
  if (argc < 4) return 1;
  Row *pool;
  size_t size = read_pool(argv[1], &pool);
  int rows = atoi(argv[3]);
  double start = now_ms();
  lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = NULL};
  lxw_workbook *workbook = workbook_new_opt(argv[2], &options);
  lxw_worksheet *sheet = workbook_add_worksheet(workbook, "Data");
  lxw_format *head = workbook_add_format(workbook);
  format_set_bold(head);
  format_set_bg_color(head, 0xDDE6F2);
  format_set_bottom(head, LXW_BORDER_THIN);
  lxw_format *whole = workbook_add_format(workbook);
  format_set_num_format(whole, "0");
  lxw_format *instant = workbook_add_format(workbook);
  format_set_num_format(instant, "yyyy-mm-dd hh:mm:ss.000");
  worksheet_set_column(sheet, 0, COLUMNS - 1, 20, NULL);
  worksheet_freeze_panes(sheet, 1, 0);
  worksheet_autofilter(sheet, 0, 0, rows, COLUMNS - 1);
  for (int c = 0; c < COLUMNS; c++) worksheet_write_string(sheet, 0, c, NAMES[c], head);
  for (int r = 1; r <= rows; r++) {
    Row *row = &pool[(r - 1) % size];
    worksheet_write_number(sheet, r, 0, r, whole);
    for (int c = 1; c < COLUMNS; c++) {
      if (row->text[c][0] == NULL_MARK) continue;
      if (c == 8) worksheet_write_boolean(sheet, r, c, row->text[c][0] == '1', NULL);
      else if (c < 5) worksheet_write_number(sheet, r, c, row->number[c], c == 1 ? whole : c == 4 ? instant : NULL);
      else worksheet_write_string(sheet, r, c, row->text[c], NULL);
    }
  }
  if (workbook_close(workbook) != LXW_NO_ERROR) return 1;
  printf("%f\n", now_ms() - start);
  return 0;
}
