/** A function of a user that does something else than it should. `reenter` sends another request. */
export type Misbehaviour = (name: string, reenter: () => void) => (...given: unknown[]) => unknown;

/** Errors in which every look fails. */
const hostileErrors: Readonly<Record<string, (name: string) => unknown>> = {
  "a string": (name) => name,
  null: () => null,
  "a symbol": (name) => Symbol(name),
  "an object without a prototype": () => Object.create(null),
  "a revoked proxy": revoked,
  "an error whose getters throw": (name) =>
    Object.defineProperties(new Error(name), {
      message: { get: fail },
      name: { get: fail },
      stack: { get: fail },
      code: { get: fail },
    }),
};

/** Ways in which a function of a user can fail, by name. */
export const misbehaviours: Readonly<Record<string, Misbehaviour>> = {
  "throws an error": (name) => () => {
    throw new Error(name);
  },
  ...Object.fromEntries(
    Object.entries(hostileErrors).flatMap(([what, make]): [string, Misbehaviour][] => [
      [
        `throws ${what}`,
        (name) => () => {
          throw make(name);
        },
      ],
      [
        `rejects with ${what}`,
        (name) => async () => {
          throw make(name);
        },
      ],
    ]),
  ),
  rejects: (name) => async () => {
    throw new Error(name);
  },
  "rejects later": (name) => () => later(name),
  "never settles": () => () => new Promise(() => {}),
  "returns a promise in an object": (name) => () => ({
    model: later(name),
    complexity: later(name),
    reason: later(name),
    probability: later(name),
    choices: [{ message: { content: later(name) } }],
  }),
  "returns promises in an array": (name) => () => [later(name), { model: "small", reason: later(name) }],
  "returns a promise of a promise in an object": (name) => async () => ({
    complexity: later(name),
    model: later(name),
  }),
  "returns NaN": () => () => Number.NaN,
  "returns a huge number": () => () => 1e300,
  "returns a number below zero": () => () => -1,
  "returns undefined": () => () => undefined,
  "returns null": () => () => null,
  "returns a huge text": () => () => "x".repeat(100_000),
  "returns a symbol": () => () => Symbol("s"),
  "returns a bigint": () => () => 1n,
  "returns a function": () => () => () => 1,
  "returns a revoked proxy": () => () => revoked(),
  "returns a cycle": () => () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    return cycle;
  },
  "returns a thenable whose getter throws": () => () => Object.defineProperty({}, "then", { get: fail }),
  "returns a thenable that throws": () => () => ({ then: fail }),
  "returns a thenable that rejects": (name) => () => ({
    then: (_: unknown, reject: (error: unknown) => void) => setTimeout(() => reject?.(new Error(name)), 1),
  }),
  "sends another request": (_, reenter) => () => reenter(),
  "sends another request and throws": (name, reenter) => () => {
    reenter();
    throw new Error(name);
  },
};

async function later(name: string): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  throw new Error(name);
}

function fail(): never {
  throw new Error("a getter that throws");
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
