/** Names inside the folder that the collector fills; the reader of that folder goes by them. */
export const COLLECTED = {
  marker: 'collector.txt',
  markerLine: 'clusrpc collector format 1',
  version: 'ver.txt',
  settings: 'set.txt',
  /** Values of CurrentVersion, as lines of an export. */
  servicePack: 'csd.txt',
  netstat: 'netstat.txt',
  running: 'system32',
  dllcache: 'dllcache',
  servicePackFiles: 'spfiles',
} as const;

/** The exported keys. A parent is exported where its own absence could not be told from that of the export. */
export const COLLECTED_KEYS = [
  { file: 'rpc.reg', key: 'SOFTWARE\\Microsoft\\Rpc' },
  { file: 'hotfix.reg', key: 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\HotFix' },
  { file: 'updates.reg', key: 'SOFTWARE\\Microsoft\\Updates' },
  { file: 'windows.reg', key: 'SYSTEM\\CurrentControlSet\\Control\\Windows' },
  { file: 'product.reg', key: 'SYSTEM\\CurrentControlSet\\Control\\ProductOptions' },
  { file: 'session.reg', key: 'SYSTEM\\CurrentControlSet\\Control\\Session Manager' },
  { file: 'tcpip.reg', key: 'SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters' },
  { file: 'linkage.reg', key: 'SYSTEM\\CurrentControlSet\\Services\\Rpc\\Linkage' },
  { file: 'clussvc.reg', key: 'SYSTEM\\CurrentControlSet\\Services\\ClusSvc' },
] as const;

/** What is kept of CurrentVersion, which also holds the product key and the name of the owner. */
const VERSION_KEY = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
export const VERSION_VALUES = ['CurrentVersion', 'CurrentBuildNumber', 'CSDVersion'] as const;

/** Without these the folder says little. */
const NEEDED = [
  COLLECTED.marker,
  COLLECTED.version,
  `${COLLECTED.running}\\rpcrt4.dll`,
  COLLECTED_KEYS[0].file,
] as const;

/** How long the port table is sampled: by default 1 600 times, each minute. */
export interface CollectorOptions {
  /**
   * Samples of netstat; 0: none. The first argument of the script overrides it. The default, more than a day, is what a pool of
   * 20 ports needs before it can be said that nothing leaks.
   */
  readonly samples?: number;
  /** Seconds between them. 60 sees every port that stays bound for the 240 s of KB814622 several times. */
  readonly everySeconds?: number;
}

/**
 * A batch file for Windows 2000 that uses what that system ships and nothing else, writes into one new folder and changes nothing.
 * Of CurrentVersion only three values stay, since it holds the product key and the owner's name. CRLF.
 */
export function collectorScript({ samples = 1_600, everySeconds = 60 }: CollectorOptions = {}): string {
  const out = (name: string): string => `"%OUT%\\${name}"`;
  const stores = [
    { from: '%SystemRoot%\\system32', to: COLLECTED.running },
    { from: '%SystemRoot%\\system32\\dllcache', to: COLLECTED.dllcache },
    { from: '%SystemRoot%\\ServicePackFiles\\i386', to: COLLECTED.servicePackFiles },
  ];
  const lines = [
    '@echo off',
    'rem Gathers what "clusrpc audit" and "clusrpc watch --netstat" ask of Windows 2000 (KB814622).',
    'rem It reads files, registry keys and the port table, and writes into one folder.',
    'rem Usage: collect.cmd [samples of netstat] [seconds between them] [folder]',
    'setlocal',
    'set INCOMPLETE=',
    `set SAMPLES=${samples}`,
    `set EVERY=${everySeconds}`,
    'set OUT=clusrpc-%COMPUTERNAME%',
    'if not "%~1"=="" set SAMPLES=%~1',
    'if not "%~2"=="" set EVERY=%~2',
    'if not "%~3"=="" set "OUT=%~3"',
    `if exist ${out(COLLECTED.marker)} goto again`,
    ...['%OUT%', ...stores.map(({ to }) => `%OUT%\\${to}`)].map((path) => `if not exist "${path}" mkdir "${path}"`),
    // The file comes first, since a digit before > is taken for a handle.
    `>${out(COLLECTED.version)} ver`,
    `>${out(COLLECTED.settings)} echo COMPUTERNAME=%COMPUTERNAME%`,
    `>>${out(COLLECTED.settings)} echo SystemRoot=%SystemRoot%`,
    ...COLLECTED_KEYS.map(({ file, key }) => `start /wait regedit /e ${out(file)} "HKEY_LOCAL_MACHINE\\${key}"`),
    `start /wait regedit /e ${out('all.tmp')} "HKEY_LOCAL_MACHINE\\${VERSION_KEY}"`,
    ...VERSION_VALUES.map((name) => `type ${out('all.tmp')} | find """${name}""=" >>${out(COLLECTED.servicePack)}`),
    `del ${out('all.tmp')}`,
    ...stores.map(
      ({ from, to }) =>
        `for %%f in (ole32 rpcrt4 rpcss) do if exist "${from}\\%%f.dll" copy "${from}\\%%f.dll" ${out(to)} >nul`,
    ),
    `>${out(COLLECTED.marker)} echo ${COLLECTED.markerLine}`,
    ':sample',
    'if %SAMPLES% LEQ 0 goto done',
    `>>${out(COLLECTED.netstat)} echo # %DATE% %TIME%`,
    `>>${out(COLLECTED.netstat)} netstat -an`,
    'echo %SAMPLES% samples of netstat to go, one each %EVERY% seconds; Ctrl-C ends it and keeps what is there.',
    'set /a SAMPLES=SAMPLES-1',
    'if %SAMPLES% LEQ 0 goto done',
    'set /a PINGS=EVERY+1',
    'rem Windows 2000 has no program that waits; ping sends one packet a second.',
    'ping -n %PINGS% 127.0.0.1 >nul',
    'goto sample',
    ':done',
    `for %%f in (${NEEDED.join(' ')}) do call :check "%OUT%\\%%f"`,
    'if "%INCOMPLETE%"=="1" goto incomplete',
    'echo The facts are in the folder "%OUT%".',
    'exit /b 0',
    ':incomplete',
    'echo The folder "%OUT%" lacks what is named above: run this as an administrator, into a folder that can be written.',
    'exit /b 1',
    ':again',
    'echo The folder "%OUT%" holds facts already: name another one as the third argument.',
    'exit /b 2',
    ':check',
    'if not exist %1 goto absent',
    'if %~z1 GTR 0 goto :eof',
    ':absent',
    'echo missing: %1',
    'set INCOMPLETE=1',
    'goto :eof',
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}
