import { mapperFromEnvironment } from '../open/hosts.ts';

/** Whether that name or address, or what CLUSRPC_HOSTS makes of it, is this machine itself. */
export function isLoopback(target: string): boolean {
  const host = mapperFromEnvironment(target, process.env.CLUSRPC_HOSTS)?.host ?? target;
  return /^127(\.\d{1,3}){3}$/.test(host) || host === '::1' || host.toLowerCase() === 'localhost';
}
