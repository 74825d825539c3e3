import { orAbsent, type RegistryOptions, registryKeys, registryValue } from './registry.ts';

const CURRENT_VERSION = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
const CONTROL_WINDOWS = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Windows';
const PRODUCT_OPTIONS = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\ProductOptions';
const UPDATES = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Updates\\Windows 2000';
const HOTFIXES = `${CURRENT_VERSION}\\HotFix`;

/** What the registry says about the system. null: no such value. Each field is what stands there, nothing is concluded. */
export interface LiveWindowsVersion {
  readonly productName: string | null;
  /** `5.0`; Windows 10 and later keep `6.3` here. */
  readonly currentVersion: string | null;
  readonly currentBuild: string | null;
  /** `Service Pack 4`, for display. */
  readonly csdVersion: string | null;
  /** The number that setup programs compare: service pack in the second byte. */
  readonly csdVersionNumber: number | null;
  /** WinNT, ServerNT or LanmanNT. */
  readonly productType: string | null;
  readonly productSuite: readonly string[] | null;
}

/** A registered hotfix: its name and the key it was found under. */
export interface LiveHotfix {
  readonly id: string;
  readonly key: string;
}

export async function liveWindowsVersion(options: RegistryOptions = {}): Promise<LiveWindowsVersion> {
  const view: RegistryOptions = { view: '64', ...options };
  const text = async (key: string, name: string): Promise<string | null> => {
    const value = (await orAbsent(() => registryValue(key, name, view)))?.value;
    return typeof value === 'string' ? value : null;
  };
  const [productName, currentVersion, currentBuild, csdVersion, productType, number, suite] = await Promise.all([
    text(CURRENT_VERSION, 'ProductName'),
    text(CURRENT_VERSION, 'CurrentVersion'),
    text(CURRENT_VERSION, 'CurrentBuildNumber'),
    text(CURRENT_VERSION, 'CSDVersion'),
    text(PRODUCT_OPTIONS, 'ProductType'),
    orAbsent(() => registryValue(CONTROL_WINDOWS, 'CSDVersion', view)),
    orAbsent(() => registryValue(PRODUCT_OPTIONS, 'ProductSuite', view)),
  ]);
  return {
    productName,
    currentVersion,
    currentBuild,
    csdVersion,
    csdVersionNumber: typeof number?.value === 'number' ? number.value : null,
    productType,
    productSuite: Array.isArray(suite?.value) ? suite.value : null,
  };
}

/**
 * Every hotfix that is registered, in both families of keys: `Updates\Windows 2000\SP<n>\<id>`, where n is the service
 * pack that will contain the fix, and `CurrentVersion\HotFix\<id>`. Set-up of a service pack removes what it contains.
 */
export async function liveHotfixes(options: RegistryOptions = {}): Promise<readonly LiveHotfix[]> {
  const view: RegistryOptions = { view: '64', ...options };
  const under = async (key: string): Promise<readonly LiveHotfix[]> => {
    const ids = (await orAbsent(() => registryKeys(key, view))) ?? [];
    return ids.map((id) => ({ id, key: `${key}\\${id}` }));
  };
  const packs = await under(UPDATES);
  const families = await Promise.all([...packs.map(({ key }) => under(key)), under(HOTFIXES)]);
  return families.flat();
}
