import {
  type Constraint,
  InvalidOptionError,
  type Labels,
  type RequestFacts,
} from "../../src/contracts/index.ts";
import { checkKeys, checkText } from "../../src/plugin/index.ts";

/** One permitted value of a label, or several of which any will do. */
export type LabelValues = string | readonly string[];

/** What requests require, as plain data. Where several lines apply, each must hold. */
export interface BoundaryTable {
  /** By the request's `tenant`. */
  readonly byTenant?: Readonly<Record<string, LabelValues>> | undefined;
  /** By a label of the request: `{ data: { health: "on-prem" } }`. */
  readonly byLabel?: Readonly<Record<string, Readonly<Record<string, LabelValues>>>> | undefined;
  /** Of requests that no other line applies to. Default: nothing. */
  readonly otherwise?: LabelValues | undefined;
}

export interface BoundaryOptions {
  /** The label of the model that is looked at: `boundary`, `residency` … */
  readonly label: string;
  /**
   * Values for all requests; a table; or a function, asked for each model at each hop, that returns
   * the values which this request requires, `undefined` for none. One that returns anything else
   * permits no model. It sees `ask` and `window`, which are bounded: not the middle of a long ask, no
   * system prompt, no tool output. What must not depend on them goes by tenant or label.
   */
  readonly required: LabelValues | BoundaryTable | ((request: RequestFacts) => LabelValues | undefined);
}

/**
 * Only models whose label has a value that the request requires. Fails closed: a model without the
 * label serves no request that requires one.
 */
export function boundary(options: BoundaryOptions): Constraint {
  checkKeys("boundary", options, ["label", "required"]);
  const label = checkText("boundary.label", options.label);
  const requirementsOf = readerOf(options.required);

  return {
    name: "boundary",
    permits({ facts }, { request }) {
      const requirements = requirementsOf(request);
      if (requirements === undefined) return `the values of ${label} that it requires cannot be read`;
      const value = own(facts.labels, label);
      for (const permitted of requirements) {
        if (value === undefined || !permitted.includes(value))
          return `${label} is ${value ?? "not known"}, ${permitted.join(" or ")} is required`;
      }
      return true;
    },
  };
}

/** Lists of values of which the model must have one each; `undefined`: they cannot be read. */
type Requirements = readonly (readonly string[])[];
type Reader = (request: RequestFacts) => Requirements | undefined;

const none: Requirements = [];

function readerOf(required: BoundaryOptions["required"]): Reader {
  if (typeof required === "function") {
    return (request) => {
      const values: unknown = required(request);
      if (values === undefined) return none;
      return isValues(values) ? [listOf(values)] : undefined;
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

/** A map, so that a tenant called `constructor` finds nothing that is not there. */
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
  if (!isValues(values)) throw new InvalidOptionError(path, values, "a non-empty string or several");
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
