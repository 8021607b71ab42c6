import type { Attempt, Model, ModelLifeEvent, Router } from "../../contracts/index.ts";
import { lifeOf, type ModelLife } from "../cost/model-life.ts";

/** Notices what happens in the life of models, and tells it once per model and kind. */
export interface LifeWatch {
  /** Reports the models of the router whose dates in the catalogue have come, and those that no request can reach. */
  begin(neverCalled: Router["neverCalled"]): void;
  /** Notes that a model is called, by its name. */
  called(name: string): void;
  /** Notes what has come of a capability that is not known of a model. */
  noted(
    kind: "withheld" | "lacks",
    model: { readonly model: string; readonly name: string },
    capability: NonNullable<ModelLifeEvent["capability"]>,
  ): void;
  /** Notes which model an answer names. */
  answered(attempt: Attempt): void;
}

export interface LifeWatchParts<Id extends string> {
  readonly models: Readonly<Record<Id, Model>>;
  readonly emit: (event: ModelLifeEvent<Id>) => void;
  /** Returns the time of day in milliseconds since the epoch. */
  readonly wall: () => number;
}

/** Largest number of models outside of the router's whose answers are compared. */
const mostNames = 1_000;

interface Dated<Id extends string> {
  readonly id: Id;
  readonly name: string;
  readonly life: ModelLife;
  readonly deprecatedAt: number;
  readonly retiresAt: number;
}

export function createLifeWatch<Id extends string>({ models, emit, wall }: LifeWatchParts<Id>): LifeWatch {
  const told = new Set<string>();
  /** Models with dates, by name. */
  const dated = new Map<string, Dated<Id>>();
  const firstServed = new Map<string, string>();
  for (const [id, { name, provider, model }] of Object.entries<Model>(models)) {
    const life = lifeOf(provider, model);
    if (life !== undefined)
      dated.set(name, {
        id: id as Id,
        name,
        life,
        deprecatedAt: timeOf(life.deprecatedOn),
        retiresAt: timeOf(life.retiresOn),
      });
  }

  const tell = (event: Omit<ModelLifeEvent<Id>, "type">): void => {
    const key = JSON.stringify([event.kind, event.name, event.capability]);
    if (told.has(key) || told.size >= mostNames) return;
    told.add(key);
    emit({ type: "model-life", ...event });
  };

  const check = ({ id, name, life, deprecatedAt, retiresAt }: Dated<Id>, now: number): void => {
    if (now < deprecatedAt && now < retiresAt) return;
    const { retiresOn, replacement, source, checkedOn } = life;
    tell({
      kind: now >= retiresAt ? "retired" : "deprecated",
      model: id,
      name,
      ...(retiresOn !== undefined && { retiresOn }),
      ...(replacement !== undefined && { replacement }),
      source: `${source}, read on ${checkedOn}`,
    });
  };

  return {
    begin(neverCalled) {
      for (const [id, never] of Object.entries(neverCalled))
        if (never !== undefined) tell({ ...never, model: id, name: models[id as Id].name });
      for (const one of dated.values()) check(one, wall());
    },
    called(name) {
      if (dated.size === 0) return;
      const one = dated.get(name);
      if (one !== undefined) check(one, wall());
    },
    noted: (kind, { model, name }, capability) => tell({ kind, model, name, capability }),
    answered({ model, name, member = name, servedModel, substituted }) {
      if (servedModel === undefined) return;
      if (substituted !== undefined)
        tell({ kind: substituted === "known" ? "substituted" : "unknown", model, name, servedModel });
      // Members of a pool may have names of their own: the pool compares them.
      const first = firstServed.get(member);
      if (first === undefined) {
        if (firstServed.size < mostNames) firstServed.set(member, servedModel);
      } else if (first !== servedModel && substituted === undefined)
        tell({ kind: "changed", model, name, servedModel });
    },
  };
}

function timeOf(date: string | undefined): number {
  return date === undefined ? Number.POSITIVE_INFINITY : Date.parse(date);
}
