import { type OutcomeRecord, outcomeOf } from "./outcome-record.ts";

/** Models that the providers reported as having answered, by name of the model; each once, sorted. */
export type ServedModels = Readonly<Record<string, readonly string[]>>;

/** Reads `servedModel` of the outcomes, which `eval collect` records. Models without it are left out. */
export function servedModels(records: readonly OutcomeRecord[], models: readonly string[]): ServedModels {
  const served = models.map((name) => {
    const versions = records.flatMap((record) => {
      const { servedModel } = (outcomeOf(record, name) ?? {}) as { readonly servedModel?: unknown };
      return typeof servedModel === "string" ? [servedModel] : [];
    });
    return [name, [...new Set(versions)].sort()] as const;
  });
  return Object.fromEntries(served.filter(([, versions]) => versions.length > 0));
}
