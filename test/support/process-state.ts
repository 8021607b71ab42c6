/** What files that share a process could change for one another. */
export interface ProcessState {
  readonly variables: ReadonlyMap<string, string | undefined>;
  /** Globals and the functions of built-in objects, by name: `setTimeout`, `console.log`. */
  readonly globals: ReadonlyMap<string, unknown>;
  /** Listeners of the process by event, open servers and running programs. */
  readonly counts: ReadonlyMap<string, number>;
  readonly folder: string;
  readonly exitCode: unknown;
}

export function processState(): ProcessState {
  return {
    variables: new Map(Object.entries(process.env)),
    globals: new Map([...globals()]),
    counts: new Map([...counts()]),
    folder: process.cwd(),
    exitCode: process.exitCode,
  };
}

/** Names of what differs. A variable's value is not shown: it may be a key. */
export function changes(before: ProcessState, after: ProcessState): readonly string[] {
  const more = [...after.counts].filter(([name, count]) => count > (before.counts.get(name) ?? 0));
  return [
    ...differing(before.variables, after.variables).map((name) => `process.env.${name}`),
    ...differing(before.globals, after.globals),
    ...more.map(([name]) => name),
    ...(before.folder === after.folder ? [] : ["process.cwd()"]),
    ...(before.exitCode === after.exitCode ? [] : ["process.exitCode"]),
  ];
}

function differing(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => before.get(name) !== lazy && !Object.is(before.get(name), after.get(name)),
  );
}

/** Stands for a getter, which Node replaces by what it loads at the first use. */
const lazy = Symbol("lazy");

function* globals(): Iterable<readonly [string, unknown]> {
  for (const [name, { value, get }] of ownProperties(globalThis))
    if (!name.startsWith("__")) yield [name, get === undefined ? value : lazy];
  for (const [owner, object] of Object.entries({ console, Math, Date, JSON }))
    for (const [name, { value }] of ownProperties(object))
      if (typeof value === "function") yield [`${owner}.${name}`, value];
  // Inherited, until somebody replaces it.
  yield ["performance.now", performance.now];
}

const ownProperties = (object: object) => Object.entries(Object.getOwnPropertyDescriptors(object));

function* counts(): Iterable<readonly [string, number]> {
  for (const event of process.eventNames())
    yield [`a listener of process, "${String(event)}"`, process.listenerCount(event)];
  const open = process.getActiveResourcesInfo();
  yield ["an open server", open.filter((kind) => kind === "TCPServerWrap").length];
  yield ["a running program", open.filter((kind) => kind === "ProcessWrap").length];
}
