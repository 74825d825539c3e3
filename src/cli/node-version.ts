// Imported first, so that an older Node.js says this instead of failing half-way.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 20) {
  process.stderr.write(`error: clusrpc needs Node.js 20 or later, and this is ${process.versions.node}\n`);
  process.exit(2);
}
