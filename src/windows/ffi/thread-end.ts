import { clusapiPath, type KernelFunctions } from './functions.ts';
import { wide } from './wide.ts';

/** Handles that Windows closes when the calling thread ends without having closed them. */
export interface ThreadEndCloses {
  close(cluster: bigint): void;
  forget(cluster: bigint): void;
}

const SYNCHRONIZE = 0x0010_0000;
const INFINITE = 0xffff_ffff;
const WT_EXECUTEONLYONCE = 0x08;
const WT_EXECUTELONGFUNCTION = 0x10;

/**
 * For a worker, which `terminate()` ends without running any JavaScript: a thread of the Windows thread pool waits for the
 * end of this one and calls CloseCluster with the handle. Its callbacks take a second argument, which the calling
 * convention of x64 and arm64 lets CloseCluster ignore. null: that of ia32 does not.
 */
export function closesAtThreadEnd(kernel: KernelFunctions, arch: string = process.arch): ThreadEndCloses | null {
  if (arch === 'ia32') return null;
  const thread = kernel.OpenThread(SYNCHRONIZE, 0, kernel.GetCurrentThreadId());
  const waits = new Map<bigint, bigint>();
  let closeCluster: bigint | undefined;
  return {
    close(cluster) {
      closeCluster ??= kernel.GetProcAddress(kernel.LoadLibraryExW(wide(clusapiPath()), 0n, 0), CLOSE_CLUSTER);
      const wait = Buffer.alloc(8);
      const flags = WT_EXECUTEONLYONCE | WT_EXECUTELONGFUNCTION;
      if (kernel.RegisterWaitForSingleObject(wait, thread, closeCluster, cluster, INFINITE, flags) === 0) return;
      waits.set(cluster, wait.readBigUInt64LE());
    },
    forget(cluster) {
      const wait = waits.get(cluster);
      if (wait === undefined) return;
      waits.delete(cluster);
      kernel.UnregisterWait(wait);
    },
  };
}

const CLOSE_CLUSTER = Buffer.from('CloseCluster\0', 'latin1');
