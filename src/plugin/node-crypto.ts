type NodeCrypto = typeof import("node:crypto");

let loaded: NodeCrypto | undefined;

/**
 * Returns `node:crypto`, loaded at the first use: an `import` of it would take more than a third of the
 * time that importing the whole package takes.
 */
export function nodeCrypto(): NodeCrypto {
  loaded ??= process.getBuiltinModule("node:crypto");
  return loaded;
}
