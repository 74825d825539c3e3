/*
 * A clusapi.dll for tests. It behaves as the environment of its process says at the moment of each call:
 *
 *   CLUSTEST_OPEN_ERROR=n    OpenCluster answers NULL and last error n
 *   CLUSTEST_OPEN_DELAY=ms   OpenCluster takes that long
 *   CLUSTEST_OPEN_HANG=1     OpenCluster never returns
 *   CLUSTEST_CALL_ERROR=n    queries on an open cluster fail with n
 *   CLUSTEST_CALL_DELAY=ms   GetClusterInformation and GetNodeClusterState take that long
 *   CLUSTEST_CLOSE_DELAY=ms  CloseCluster takes that long
 *   CLUSTEST_CLOSE_ERROR=n   CloseCluster answers FALSE and last error n, and the handle is gone all the same
 *   CLUSTEST_NODES=a;b;c     the node names of the cluster (default NODE1;NODE2)
 *   CLUSTEST_LOG=path        one line for every open, failed or hanging open, close and misuse
 *
 * A handle that is closed twice or used after its close is written to the log as `misuse`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

#define MAGIC 0x434C5553u
#define EXPORT __declspec(dllexport)

typedef struct {
  DWORD magic;
  LONG serial;
  WCHAR *name;
} Cluster;

typedef struct {
  DWORD count;
  WCHAR **names;
} Enumeration;

typedef struct {
  DWORD size;
  WORD major, minor, build;
  WCHAR vendor[64];
  WCHAR csd[64];
  DWORD highest, lowest, flags, reserved;
} VersionInfo;

static LONG serials;
static SRWLOCK writing = SRWLOCK_INIT;

static DWORD number(const WCHAR *name) {
  WCHAR text[16];
  DWORD length = GetEnvironmentVariableW(name, text, 16);
  return length == 0 || length >= 16 ? 0 : (DWORD)_wtoi(text);
}

static void note(const char *event, LONG serial) {
  WCHAR path[1024];
  char line[64];
  DWORD length = GetEnvironmentVariableW(L"CLUSTEST_LOG", path, 1024), written;
  HANDLE file;
  if (length == 0 || length >= 1024) return;
  /* Wine does not append in one step. */
  AcquireSRWLockExclusive(&writing);
  file = CreateFileW(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
  if (file != INVALID_HANDLE_VALUE) {
    WriteFile(file, line, (DWORD)sprintf(line, "%s %ld\n", event, serial), &written, NULL);
    CloseHandle(file);
  }
  ReleaseSRWLockExclusive(&writing);
}

static Cluster *check(void *handle) {
  Cluster *cluster = handle;
  if (cluster != NULL && cluster->magic == MAGIC) return cluster;
  note("misuse", cluster == NULL ? 0 : cluster->serial);
  SetLastError(ERROR_INVALID_HANDLE);
  return NULL;
}

EXPORT void *WINAPI OpenCluster(const WCHAR *name) {
  DWORD delay = number(L"CLUSTEST_OPEN_DELAY"), error;
  Cluster *cluster;
  if (number(L"CLUSTEST_OPEN_HANG")) {
    note("hang", 0);
    Sleep(INFINITE);
  }
  if (delay) Sleep(delay);
  error = number(L"CLUSTEST_OPEN_ERROR");
  if (error) {
    note("refused", (LONG)error);
    SetLastError(error);
    return NULL;
  }
  cluster = calloc(1, sizeof *cluster);
  cluster->magic = MAGIC;
  cluster->serial = InterlockedIncrement(&serials);
  cluster->name = _wcsdup(name == NULL ? L"LOCAL" : name);
  note("open", cluster->serial);
  return cluster;
}

/* The memory of a closed handle is kept, so that a second close is seen and not undefined. */
EXPORT BOOL WINAPI CloseCluster(void *handle) {
  Cluster *cluster = check(handle);
  DWORD delay = number(L"CLUSTEST_CLOSE_DELAY"), error = number(L"CLUSTEST_CLOSE_ERROR");
  if (cluster == NULL) return FALSE;
  if (delay) Sleep(delay);
  cluster->magic = 0;
  free(cluster->name);
  note("close", cluster->serial);
  if (error) {
    SetLastError(error);
    return FALSE;
  }
  return TRUE;
}

EXPORT DWORD WINAPI GetClusterInformation(void *handle, WCHAR *name, DWORD *length, VersionInfo *version) {
  Cluster *cluster = check(handle);
  DWORD error = number(L"CLUSTEST_CALL_ERROR"), delay = number(L"CLUSTEST_CALL_DELAY"), room;
  if (cluster == NULL) return ERROR_INVALID_HANDLE;
  if (delay) Sleep(delay);
  if (error) return error;
  room = *length;
  *length = (DWORD)wcslen(cluster->name);
  if (room <= *length) return ERROR_MORE_DATA;
  wcscpy(name, cluster->name);
  if (version != NULL) {
    if (version->size != sizeof *version) return ERROR_INVALID_PARAMETER;
    version->major = 5;
    version->minor = 0;
    version->build = 2195;
    wcscpy(version->vendor, L"Microsoft(R) Cluster service");
    wcscpy(version->csd, L"Service Pack 3");
    version->highest = 0x00030893;
    version->lowest = 0x000200E0;
    version->flags = 1;
    version->reserved = 0;
  }
  return ERROR_SUCCESS;
}

EXPORT DWORD WINAPI GetNodeClusterState(const WCHAR *node, DWORD *state) {
  DWORD error = number(L"CLUSTEST_CALL_ERROR"), delay = number(L"CLUSTEST_CALL_DELAY");
  (void)node;
  if (delay) Sleep(delay);
  if (error) return error;
  *state = 0x13; /* ClusterStateRunning */
  return ERROR_SUCCESS;
}

EXPORT void *WINAPI ClusterOpenEnum(void *handle, DWORD type) {
  Enumeration *list;
  WCHAR text[4096], *name;
  DWORD error = number(L"CLUSTEST_CALL_ERROR");
  if (check(handle) == NULL) return NULL;
  if (error || type != 1) {
    SetLastError(error ? error : ERROR_INVALID_PARAMETER);
    return NULL;
  }
  list = calloc(1, sizeof *list);
  if (GetEnvironmentVariableW(L"CLUSTEST_NODES", text, 4096) == 0) wcscpy(text, L"NODE1;NODE2");
  for (name = wcstok(text, L";"); name != NULL; name = wcstok(NULL, L";")) {
    list->names = realloc(list->names, (list->count + 1) * sizeof *list->names);
    list->names[list->count++] = _wcsdup(name);
  }
  note("enum-open", (LONG)list->count);
  return list;
}

EXPORT DWORD WINAPI ClusterEnum(void *handle, DWORD index, DWORD *type, WCHAR *name, DWORD *length) {
  Enumeration *list = handle;
  DWORD room = *length;
  if (index >= list->count) return ERROR_NO_MORE_ITEMS;
  *type = 1;
  *length = (DWORD)wcslen(list->names[index]);
  if (room <= *length) return ERROR_MORE_DATA;
  wcscpy(name, list->names[index]);
  return ERROR_SUCCESS;
}

EXPORT DWORD WINAPI ClusterCloseEnum(void *handle) {
  Enumeration *list = handle;
  DWORD i;
  for (i = 0; i < list->count; i++) free(list->names[i]);
  note("enum-close", (LONG)list->count);
  free(list->names);
  free(list);
  return ERROR_SUCCESS;
}
