/*
 * Stands for a program of Windows. It writes its arguments, one a line, to the file beside it that ends in `.args`, and says
 * what is in the file beside it that ends in `.` and one of them.
 */
#include <stdio.h>

int main(int argc, char **argv) {
  char path[1024], bytes[4096];
  size_t read;
  int i;
  FILE *file;
  snprintf(path, sizeof path, "%s.args", argv[0]);
  file = fopen(path, "a");
  if (file == NULL) return 1;
  for (i = 1; i < argc; i++) fprintf(file, "%s\n", argv[i]);
  fclose(file);
  for (i = 1; i < argc; i++) {
    snprintf(path, sizeof path, "%s.%s", argv[0], argv[i]);
    file = fopen(path, "rb");
    if (file == NULL) continue;
    while ((read = fread(bytes, 1, sizeof bytes, file)) > 0) fwrite(bytes, 1, read, stdout);
    fclose(file);
  }
  return 0;
}
