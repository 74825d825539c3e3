import { dceStatus } from './dce.ts';
import { ncaStatus } from './nca.ts';
import { statusHex, unknownStatusText, win32Status } from './win32.ts';

/**
 * One line for people about a status of any of the tables: `RPC_S_UNKNOWN_IF (1717): …`, `nca_s_unk_if (0x1C010003): …`,
 * or `0x00000722 (1826, unknown status)`, with what Windows has `said` of it where it did.
 */
export function statusText(code: number, said?: string): string {
  const wire = ncaStatus(code) ?? dceStatus(code);
  if (wire !== undefined) return `${wire.symbol} (${statusHex(code)}): ${wire.sentence}`;
  const { symbol, sentence, code: unsigned } = win32Status(code);
  return symbol.startsWith('WIN32_') ? unknownStatusText(unsigned, said) : `${symbol} (${unsigned}): ${sentence}`;
}
