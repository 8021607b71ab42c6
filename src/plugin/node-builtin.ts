interface NodeBuiltins {
  readonly "node:child_process": typeof import("node:child_process");
  readonly "node:cluster": typeof import("node:cluster").default;
  readonly "node:crypto": typeof import("node:crypto");
  readonly "node:dns/promises": typeof import("node:dns/promises");
  readonly "node:fs": typeof import("node:fs");
  readonly "node:fs/promises": typeof import("node:fs/promises");
  readonly "node:http": typeof import("node:http");
  readonly "node:path": typeof import("node:path");
  readonly "node:https": typeof import("node:https");
  readonly "node:net": typeof import("node:net");
  readonly "node:module": typeof import("node:module");
  readonly "node:stream": typeof import("node:stream");
  readonly "node:tls": typeof import("node:tls");
  readonly "node:vm": typeof import("node:vm");
  readonly "node:worker_threads": typeof import("node:worker_threads");
  readonly "node:zlib": typeof import("node:zlib");
  /** The types of Node 20 do not have it. */
  readonly "node:sqlite": { readonly DatabaseSync: new (file: string) => unknown };
}

/**
 * Returns a module of Node, or undefined where there is none, as in Workers and edge functions. It is looked up
 * at run time, since bundlers for those places refuse an `import` of it, even one that never runs.
 */
export function nodeBuiltin<Name extends keyof NodeBuiltins>(name: Name): NodeBuiltins[Name] | undefined {
  try {
    return globalThis.process?.getBuiltinModule?.(name) as NodeBuiltins[Name] | undefined;
  } catch {
    // Some edge functions have a process that throws when asked for anything but variables.
    return undefined;
  }
}

/** Returns a module of Node. Throws a `TypeError` where there is none: what needs it runs in Node alone. */
export function neededBuiltin<Name extends keyof NodeBuiltins>(name: Name): NodeBuiltins[Name] {
  const found = nodeBuiltin(name);
  if (found === undefined) throw new TypeError(`${name} is not available in this runtime`);
  return found;
}
