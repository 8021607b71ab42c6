import {
  type Constraint,
  InvalidOptionError,
  type Labels,
  type RequestFacts,
} from "../../src/contracts/index.ts";
import { checkKeys, checkText, dropPromises } from "../../src/plugin/index.ts";
import { withAllText } from "./internal/with-all-text.ts";

/** A permitted value of a label, or several of which one must match. */
export type LabelValues = string | readonly string[];

/** Requirements of requests as plain data. Where several entries apply, each must hold. */
export interface BoundaryTable {
  /** Requirements by the request's `tenant`. */
  readonly byTenant?: Readonly<Record<string, LabelValues>> | undefined;
  /** Requirements by a label of the request: `{ data: { health: "on-prem" } }`. */
  readonly byLabel?: Readonly<Record<string, Readonly<Record<string, LabelValues>>>> | undefined;
  /** Requirement of requests to which no other entry applies. Default: none. */
  readonly otherwise?: LabelValues | undefined;
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

/**
 * Permits only models whose label has a value that the request requires. Fails closed: a model without
 * the label is not permitted for requests that require one.
 */
export function boundary(options: BoundaryOptions): Constraint {
  checkKeys("boundary", options, ["label", "required"]);
  const label = checkText("boundary.label", options.label);
  const requirementsOf = readerOf(options.required);

  return {
    name: "boundary",
    permits({ facts }, { request }) {
      const requirements = requirementsOf(request);
      if (requirements === undefined) return `the required values of ${label} cannot be read`;
      const value = own(facts.labels, label);
      for (const permitted of requirements) {
        if (value === undefined || !permitted.includes(value))
          return `${label} is ${value ?? "not known"}, ${permitted.join(" or ")} is required`;
      }
      return true;
    },
  };
}

/** Lists of values; the model must have one of each list. `undefined` means that they cannot be read. */
type Requirements = readonly (readonly string[])[];
type Reader = (request: RequestFacts) => Requirements | undefined;

const none: Requirements = [];

function readerOf(required: BoundaryOptions["required"]): Reader {
  if (typeof required === "function") {
    const requirementsOf: Reader = (request) => {
      const values: unknown = required(request);
      if (values === undefined) return none;
      if (isValues(values)) return [listOf(values)];
      dropPromises(values);
      return undefined;
    };
    return (request) => {
      const inAsk = requirementsOf(request);
      const whole = withAllText(request);
      if (inAsk === undefined || whole === undefined) return inAsk;
      const anywhere = requirementsOf(whole);
      return anywhere && [...inAsk, ...anywhere];
    };
  }
  if (typeof required === "string" || Array.isArray(required)) {
    const always = [checkValues("boundary.required", required)];
    return () => always;
  }
  return tableReader(required as BoundaryTable);
}

function tableReader(table: BoundaryTable): Reader {
  checkKeys("boundary.required", table, ["byTenant", "byLabel", "otherwise"]);
  const { byTenant = {}, byLabel = {}, otherwise } = table;
  const tenants = checkTable("boundary.required.byTenant", byTenant, checkValues);
  const labels = checkTable("boundary.required.byLabel", byLabel, (path, values) =>
    checkTable(path, values as Readonly<Record<string, LabelValues>>, checkValues),
  );
  if (tenants.size === 0 && labels.size === 0 && otherwise === undefined)
    throw new InvalidOptionError("boundary.required", table, "given byTenant, byLabel or otherwise");
  const rest = otherwise === undefined ? none : [checkValues("boundary.required.otherwise", otherwise)];

  return ({ tenant, labels: given }) => {
    const found: (readonly string[])[] = [];
    const ofTenant = tenant === undefined ? undefined : tenants.get(tenant);
    if (ofTenant !== undefined) found.push(ofTenant);
    for (const [name, byValue] of labels) {
      const value = own(given, name);
      const ofLabel = value === undefined ? undefined : byValue.get(value);
      if (ofLabel !== undefined) found.push(ofLabel);
    }
    return found.length === 0 ? rest : found;
  };
}

/** Checks a table and returns it as a map, so that a tenant called `constructor` finds no inherited entry. */
function checkTable<T, R>(
  path: string,
  table: Readonly<Record<string, T>>,
  check: (path: string, value: T) => R,
): ReadonlyMap<string, R> {
  if (typeof table !== "object" || table === null || Array.isArray(table))
    throw new InvalidOptionError(path, table, "an object");
  return new Map(Object.entries(table).map(([key, value]) => [key, check(`${path}.${key}`, value)]));
}

function checkValues(path: string, values: unknown): readonly string[] {
  if (!isValues(values)) throw new InvalidOptionError(path, values, "a non-empty string or an array of them");
  return listOf(values);
}

function isValues(values: unknown): values is LabelValues {
  const list: readonly unknown[] = Array.isArray(values) ? values : [values];
  return list.length > 0 && list.every((value) => typeof value === "string" && value !== "");
}

function listOf(values: LabelValues): readonly string[] {
  return typeof values === "string" ? [values] : [...values];
}

function own(labels: Labels, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}
