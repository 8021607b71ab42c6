import { nodeBuiltin } from "./node-builtin.ts";
import { portableCrypto } from "./portable-crypto.ts";
import type { UsedCrypto } from "./used-crypto.ts";

let loaded: UsedCrypto | undefined;

/**
 * Returns `node:crypto`, loaded at the first use: an `import` of it would take more than a third of the
 * time that importing the whole package takes. Where there is none it returns a substitute with the same results.
 */
export function nodeCrypto(): UsedCrypto {
  loaded ??= (nodeBuiltin("node:crypto") as UsedCrypto | undefined) ?? portableCrypto();
  return loaded;
}
