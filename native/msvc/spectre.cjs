// Prints 1 when the Spectre-mitigated libraries of Visual C++ are installed: asking for them where they are not ends
// the build with MSB8040. CLUSRPC_SPECTRE=0 or 1 decides without looking.
const { existsSync, readdirSync } = require('node:fs');
const path = require('node:path');

function entries(directory) {
  return existsSync(directory) ? readdirSync(directory).map((name) => path.join(directory, name)) : [];
}

function toolsets() {
  if (process.env.VCToolsInstallDir) return [process.env.VCToolsInstallDir];
  return [process.env.ProgramFiles, process.env['ProgramFiles(x86)']]
    .filter(Boolean)
    .flatMap((root) => entries(path.join(root, 'Microsoft Visual Studio')))
    .flatMap(entries)
    .flatMap((edition) => entries(path.join(edition, 'VC', 'Tools', 'MSVC')));
}

const asked = process.env.CLUSRPC_SPECTRE;
const installed = process.platform === 'win32' && toolsets().some((set) => existsSync(path.join(set, 'lib', 'spectre')));
process.stdout.write(asked === '0' || asked === '1' ? asked : installed ? '1' : '0');
