import {
  type Constraint,
  InvalidOptionError,
  type Labels,
  type RequestFacts,
} from "../../src/contracts/index.ts";
import { dropPromises, type OptionTable, readOptions } from "../../src/plugin/index.ts";
import { withAllText } from "./internal/with-all-text.ts";

/** A permitted value of a label, or several of which one must match. */
export type LabelValues = string | readonly string[];

/** Requirements of requests as plain data. Where several entries apply, each must hold. */
export interface BoundaryTable {
  /** Requirements by the request's `tenant`. */
  readonly byTenant?: Readonly<Record<string, LabelValues>> | undefined;
  /** Requirements by a label of the request: `{ data: { health: "on-prem" } }`. */
  readonly byLabel?: Readonly<Record<string, Readonly<Record<string, LabelValues>>>> | undefined;
  /**
   * Requirement of requests to which no other entry applies, those without a tenant among them. Default: none for a tenant
   * that has no entry.
   */
  readonly otherwise?: LabelValues | undefined;
  /**
   * Requirement of requests without a tenant: values, `true` for none, or `false` if no model may serve them.
   * Default: `otherwise`; without it the strictest of `byTenant`, since such a request may be anybody's. That is what all
   * entries have in common: of `"on-prem"` and `["eu", "on-prem"]` it is `on-prem`. Where they have no value in common
   * nothing is the strictest, and one of the two must be given.
   */
  readonly withoutTenant?: LabelValues | boolean | undefined;
}

export interface BoundaryOptions {
  /** The model's label that is compared: `boundary`, `residency` … */
  readonly label: string;
  /**
   * Values for all requests; a table; or a function that returns the values which this request
   * requires, or `undefined` for none. The function is called for each model at each hop; if it returns
   * anything else, no model is permitted.
   *
   * Where the request has more text than `ask`, the function is called a second time with all of it as
   * `ask` (see `RequestText`), and both results hold: no word is missed because it is in the
   * middle of a long prompt, in a tool's output or in a system prompt. Images, binary files and words that
   * only the model can decode (base64, another language) stay unseen: use a tenant or label for those.
   */
  readonly required: LabelValues | BoundaryTable | ((request: RequestFacts) => LabelValues | undefined);
}

export const boundaryOptions: OptionTable<BoundaryOptions> = {
  label: { is: "text" },
  required: { is: "any", expected: "values, a table of them, or a function that returns them" },
};

const values = {
  is: "checked",
  check: checkValues,
  expected: "a non-empty string or an array of them",
} as const;

const withoutTenantRule = "a non-empty string, an array of them, true (any model) or false (none)";

export const boundaryTable: OptionTable<BoundaryTable, "otherwise" | "withoutTenant"> = {
  byTenant: { is: "record", of: values, default: {} },
  byLabel: { is: "record", of: { is: "record", of: values }, default: {} },
  otherwise: { ...values, optional: true },
  withoutTenant: { is: "checked", check: checkWithoutTenant, optional: true, expected: withoutTenantRule },
};

/**
 * Permits only models whose label has a value that the request requires. Fails closed: a model without
 * the label is not permitted for requests that require one.
 */
export function boundary(options: BoundaryOptions): Constraint {
  const { label, required } = readOptions("boundary", boundaryOptions, options);
  const { requirementsOf, possible } = readerOf(required);

  return {
    name: "boundary",
    excludes({ facts }) {
      const value = own(facts.labels, label);
      if (possible === undefined || (value !== undefined && possible.has(value))) return undefined;
      return `${label} is ${value ?? "not known"}, every request requires ${[...possible].join(" or ")}`;
    },
    permits({ facts }, { request }) {
      const requirements = requirementsOf(request);
      if (requirements === undefined) return `the required values of ${label} cannot be read`;
      const value = own(facts.labels, label);
      for (const { permitted, because = "" } of requirements) {
        if (value !== undefined && permitted.includes(value)) continue;
        return permitted.length === 0
          ? `no ${label} is permitted${because}`
          : `${label} is ${value ?? "not known"}, ${permitted.join(" or ")} is required${because}`;
      }
      return true;
    },
  };
}

/** Values of which the model must have one. */
interface Requirement {
  readonly permitted: readonly string[];
  /** Ending of the reason against a model. */
  readonly because?: string;
}

/** The model must meet each of them. `undefined` means that they cannot be read. */
type Requirements = readonly Requirement[];
type Reader = (request: RequestFacts) => Requirements | undefined;

interface Read {
  readonly requirementsOf: Reader;
  /** Values of which each request requires one. Absent: some requests may require none. */
  readonly possible?: ReadonlySet<string>;
}

const none: Requirements = [];

function readerOf(required: BoundaryOptions["required"]): Read {
  if (typeof required === "function") {
    const requirementsOf: Reader = (request) => {
      const given: unknown = required(request);
      if (given === undefined) return none;
      if (isValues(given)) return [{ permitted: listOf(given) }];
      dropPromises(given);
      return undefined;
    };
    return {
      requirementsOf(request) {
        const inAsk = requirementsOf(request);
        const whole = withAllText(request);
        if (inAsk === undefined || whole === undefined) return inAsk;
        const anywhere = requirementsOf(whole);
        return anywhere && [...inAsk, ...anywhere];
      },
    };
  }
  if (typeof required === "string" || Array.isArray(required)) {
    const permitted = checkValues("boundary.required", required);
    const always = [{ permitted }];
    return { requirementsOf: () => always, possible: new Set(permitted) };
  }
  return tableReader(required as BoundaryTable);
}

function tableReader(table: BoundaryTable): Read {
  const read = readOptions("boundary.required", boundaryTable, table);
  const { byTenant, byLabel, otherwise } = read;
  // Maps, so that a tenant called `constructor` finds no inherited entry.
  const tenants = mapOf(byTenant);
  const labels = new Map(Object.entries(byLabel).map(([name, byValue]) => [name, mapOf(byValue)]));
  const withoutTenant = read.withoutTenant ?? (otherwise === undefined ? strictestOf(tenants) : undefined);
  if (tenants.size === 0 && labels.size === 0 && otherwise === undefined && withoutTenant === undefined)
    throw new InvalidOptionError("boundary.required", table, "given byTenant, byLabel or otherwise");
  const rest = otherwise === undefined ? none : [{ permitted: listOf(otherwise) }];
  const ofNobody = requirementOfNobody(withoutTenant);

  const requirementsOf: Reader = ({ tenant, labels: given }) => {
    const found: Requirement[] = [];
    const ofTenant = tenant === undefined ? ofNobody : tenants.get(tenant);
    if (ofTenant !== undefined) found.push(ofTenant);
    for (const [name, byValue] of labels) {
      const value = own(given, name);
      const ofLabel = value === undefined ? undefined : byValue.get(value);
      if (ofLabel !== undefined) found.push(ofLabel);
    }
    if (found.length > 0 || (tenant === undefined && withoutTenant !== undefined)) return found;
    return rest;
  };
  if (otherwise === undefined || withoutTenant === true) return { requirementsOf };
  const all = [...tenants.values(), ...[...labels.values()].flatMap((byValue) => [...byValue.values()])];
  const possible = new Set(
    [...all, ...rest, ...(ofNobody ? [ofNobody] : [])].flatMap(({ permitted }) => permitted),
  );
  return { requirementsOf, possible };
}

function requirementOfNobody(given: LabelValues | boolean | undefined): Requirement | undefined {
  if (given === undefined || given === true) return undefined;
  return { permitted: given === false ? [] : listOf(given), because: ", since the request has no tenant" };
}

/** Returns the values that all tenants permit: a request without a tenant may be that of any of them. */
function strictestOf(tenants: ReadonlyMap<string, Requirement>): readonly string[] | undefined {
  const [first, ...others] = [...tenants.values()].map(({ permitted }) => permitted);
  const common = first?.filter((value) => others.every((values) => values.includes(value)));
  if (common?.length !== 0) return common;
  throw new InvalidOptionError(
    "boundary.required.withoutTenant",
    undefined,
    `given, or otherwise, since the tenants' values have none in common of which a request without a tenant could be required: ${withoutTenantRule}`,
  );
}

function mapOf(table: Readonly<Record<string, LabelValues>>): ReadonlyMap<string, Requirement> {
  return new Map(Object.entries(table).map(([key, permitted]) => [key, { permitted: listOf(permitted) }]));
}

function checkWithoutTenant(path: string, given: LabelValues | boolean): LabelValues | boolean {
  if (typeof given !== "boolean" && !isValues(given))
    throw new InvalidOptionError(path, given, withoutTenantRule);
  return typeof given === "boolean" ? given : listOf(given);
}

function checkValues(path: string, given: LabelValues): readonly string[] {
  if (!isValues(given)) throw new InvalidOptionError(path, given, values.expected);
  return listOf(given);
}

function isValues(given: unknown): given is LabelValues {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  return list.length > 0 && list.every((value) => typeof value === "string" && value !== "");
}

function listOf(given: LabelValues): readonly string[] {
  return typeof given === "string" ? [given] : [...given];
}

function own(labels: Labels, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}
