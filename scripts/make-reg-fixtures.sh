#!/bin/sh
# Makes the registry export files of the tests, and the one that `clusrpc demo` reads, with `reg export` under Wine.
# Needs wine64. Every file is what Wine wrote, byte for byte; test/fixtures/reg/README.md says what each one is for.
set -eu
cd "$(dirname "$0")/.."

WINE=${WINE:-/usr/lib/wine/wine64}
WINEPREFIX=${WINEPREFIX:-$(mktemp -d)/prefix}
export WINEPREFIX WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree=;mshtml=;winemenubuilder.exe='
if [ ! -d "$WINEPREFIX/drive_c" ]; then "$WINE" wineboot -i >/dev/null 2>&1 </dev/null; fi

RPC='HKLM\Software\Microsoft\Rpc\Internet'
TYPES='HKCU\Software\clusrpc-fixture'

reg() { "$WINE" reg "$@" </dev/null >/dev/null; }
fresh() { reg delete "$RPC" /f 2>/dev/null || true; }
set_value() { reg add "$RPC" /v "$1" /t "$2" /d "$3" /f; }
export_key() { reg export "$1" "$2" /y; }

mkdir -p fixtures test/fixtures/reg

fresh
set_value Ports REG_MULTI_SZ 5000-5019
set_value PortsInternetAvailable REG_SZ Y
set_value UseInternetPorts REG_SZ Y
export_key "$RPC" fixtures/rpc-internet-5000-5019.reg

fresh
set_value Ports REG_MULTI_SZ '5000-5099\0 5200 \0135\0 6000 - 6010'
set_value PortsInternetAvailable REG_SZ n
set_value UseInternetPorts REG_SZ N
export_key "$RPC" test/fixtures/reg/several-ranges-nn.reg

fresh
set_value Ports REG_SZ 5000-5019
set_value PortsInternetAvailable REG_SZ Y
set_value UseInternetPorts REG_SZ Y
export_key "$RPC" test/fixtures/reg/ports-as-sz.reg

fresh
set_value Ports REG_MULTI_SZ 5000-5019
set_value UseInternetPorts REG_SZ Y
export_key "$RPC" test/fixtures/reg/no-ports-internet-available.reg

fresh
set_value Ports REG_MULTI_SZ '5019-5000\0abc\070000\05100-'
set_value PortsInternetAvailable REG_SZ Yes
set_value UseInternetPorts REG_DWORD 1
export_key "$RPC" test/fixtures/reg/malformed.reg

fresh
set_value Ports REG_MULTI_SZ 5000-5019
set_value PortsInternetAvailable REG_SZ Y
set_value UseInternetPorts REG_SZ Y
reg add "$RPC\\名前" /v 'größe "x\y"' /t REG_SZ /d '値 "a\b"' /f
reg add "$RPC\\名前" /ve /t REG_SZ /d 'default ☃' /f
export_key "$RPC" test/fixtures/reg/utf16-names.reg

# Types that `reg add` cannot write come in through an import of the hand-written list.
reg delete "$TYPES" /f 2>/dev/null || true
reg import test/fixtures/reg/all-types-source.reg
export_key "$TYPES" test/fixtures/reg/all-types.reg

"${WINESERVER:-/usr/lib/wine/wineserver}" -k || true
