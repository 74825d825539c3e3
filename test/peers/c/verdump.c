/* Prints what GetFileVersionInfo and VerQueryValue answer for each path read from a list file: one tab-separated line a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static void print_string(const void *block, const char *sub_block)
{
    char *text;
    UINT length;
    if (VerQueryValueA(block, sub_block, (void **)&text, &length) && length > 0) printf("\t%s=%s", sub_block, text);
}

static void print_version(const char *path)
{
    DWORD unused, size = GetFileVersionInfoSizeA(path, &unused);
    BYTE *block = size ? malloc(size) : NULL;
    VS_FIXEDFILEINFO *fixed;
    WORD *pairs;
    UINT length, i;
    char sub_block[80];
    printf("%s", path);
    if (!block || !GetFileVersionInfoA(path, 0, size, block)) { printf("\tnone\n"); return; }
    if (VerQueryValueA(block, "\\", (void **)&fixed, &length) && length)
        printf("\t%u.%u.%u.%u\t%u.%u.%u.%u",
            HIWORD(fixed->dwFileVersionMS), LOWORD(fixed->dwFileVersionMS), HIWORD(fixed->dwFileVersionLS), LOWORD(fixed->dwFileVersionLS),
            HIWORD(fixed->dwProductVersionMS), LOWORD(fixed->dwProductVersionMS), HIWORD(fixed->dwProductVersionLS), LOWORD(fixed->dwProductVersionLS));
    else printf("\tno-fixed\tno-fixed");
    if (VerQueryValueA(block, "\\VarFileInfo\\Translation", (void **)&pairs, &length))
        for (i = 0; i < length / 4; i++) {
            const char *names[] = { "FileVersion", "ProductVersion", "OriginalFilename", "CompanyName" };
            for (int n = 0; n < 4; n++) {
                sprintf(sub_block, "\\StringFileInfo\\%04x%04x\\%s", pairs[2 * i], pairs[2 * i + 1], names[n]);
                print_string(block, sub_block);
            }
        }
    printf("\n");
    free(block);
}

int main(int argc, char **argv)
{
    char line[4096];
    FILE *list = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (!list) return 2;
    while (fgets(line, sizeof line, list)) {
        line[strcspn(line, "\r\n")] = 0;
        print_version(line);
    }
    return 0;
}
