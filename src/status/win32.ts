/** Win32 error numbers that this package can meet ([MS-ERREF] 2.2). */
export const WIN32 = [
  { code: 0, symbol: 'ERROR_SUCCESS', sentence: 'The operation completed.' },
  { code: 5, symbol: 'ERROR_ACCESS_DENIED', sentence: 'Access is denied.' },
  { code: 1721, symbol: 'RPC_S_OUT_OF_RESOURCES', sentence: 'Not enough resources, such as firewall ports, are free.' },
] as const;

export type Win32Symbol = (typeof WIN32)[number]['symbol'];
