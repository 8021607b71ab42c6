import { InvalidOptionError, type RequestFacts, type UnitDraw } from "../../contracts/index.ts";
import { dropPromises, type OptionTable, readOptions } from "../../plugin/index.ts";
import { drawsOfUnits, type RolloutSalt } from "./unit-draw.ts";

/**
 * Unit that stays in one arm: a session, a tenant, the value of a label, each request, or what a function of the request
 * names. Sessions and labels of different tenants are different units; names that a function returns are not told apart
 * by tenant. A request that names none is not enrolled.
 */
export type RolloutUnit =
  | "session"
  | "tenant"
  | "request"
  | { readonly label: string }
  | ((request: RequestFacts) => string | undefined);

export const labelUnit: OptionTable<{ readonly label: string }> = { label: { is: "text" } };

/** The units of one rollout. */
export interface RolloutUnits {
  /** The unit as `parameters` hold it. */
  readonly described: string | { readonly label: string };
  /** Says if the request names a unit; `failed` if the function of the unit did not return a text. */
  enrols(request: RequestFacts): boolean | "failed";
  /** Returns the unit's number; undefined where `enrols` is not true. `draw` names a unit that is a request. */
  drawOf(request: RequestFacts, draw: number): UnitDraw | undefined;
}

type UnitName = readonly (string | null)[] | "failed" | undefined;

/** Throws `InvalidOptionError`. */
export function rolloutUnits(
  option: string,
  rollout: string,
  unit: RolloutUnit,
  salt: RolloutSalt,
): RolloutUnits {
  const { described, kind, nameOf } = namer(option, unit);
  const drawOf = drawsOfUnits(rollout, kind, salt);
  // A request is asked about twice in a row, and a function must not say two things.
  let last: RequestFacts | undefined;
  let lastName: UnitName;
  const named = (request: RequestFacts): UnitName => {
    if (request !== last) {
      lastName = nameOf(request);
      last = request;
    }
    return lastName;
  };
  return {
    described,
    enrols(request) {
      const name = named(request);
      return name === "failed" ? name : name !== undefined;
    },
    drawOf(request, draw) {
      const name = named(request);
      if (name === undefined || name === "failed") return undefined;
      return drawOf(unit === "request" ? [...name, String(draw)] : name);
    },
  };
}

interface Namer {
  readonly described: RolloutUnits["described"];
  readonly kind: string;
  nameOf(request: RequestFacts): UnitName;
}

function namer(option: string, unit: unknown): Namer {
  if (unit === "session")
    return {
      described: unit,
      kind: unit,
      nameOf: ({ tenant, session }) => (session === undefined ? undefined : [tenant ?? null, session]),
    };
  if (unit === "tenant")
    return {
      described: unit,
      kind: unit,
      nameOf: ({ tenant }) => (tenant === undefined ? undefined : [tenant]),
    };
  if (unit === "request") return { described: unit, kind: unit, nameOf: () => [] };
  if (typeof unit === "function") {
    const described = `function ${unit.name || "anonymous"}`;
    const ask = unit as (request: RequestFacts) => unknown;
    return { described, kind: "function", nameOf: (request) => namedBy(ask, request) };
  }
  if (typeof unit !== "object" || unit === null)
    throw new InvalidOptionError(
      option,
      unit,
      '"session", "tenant", "request", { label }, or a function of the request',
    );
  const { label } = readOptions(option, labelUnit, unit as { readonly label: string });
  return {
    described: { label },
    kind: `label ${label}`,
    nameOf({ tenant, labels }) {
      const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
      return value === undefined || value === "" ? undefined : [tenant ?? null, value];
    },
  };
}

/** Asks a user's function. It fails no request: one that throws, or returns no text, enrols it nowhere. */
function namedBy(unit: (request: RequestFacts) => unknown, request: RequestFacts): UnitName {
  try {
    const name: unknown = unit(request);
    // An empty name is a missing one, as that of a label is: it would put all such requests into one arm.
    if (name === undefined || name === "") return undefined;
    if (typeof name === "string") return [name];
    dropPromises(name);
    return "failed";
  } catch {
    return "failed";
  }
}
