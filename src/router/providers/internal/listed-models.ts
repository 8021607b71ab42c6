import { isVisibleName } from "../../../plugin/visible-name.ts";

/** Models of a list that are read. */
const mostModels = 10_000;

/** Reads the names in a list of models, `{ data: [{ id }] }`; empty for anything else. */
export function listedModels(text: string): readonly string[] {
  try {
    const { data } = JSON.parse(text) as { readonly data?: unknown };
    if (!Array.isArray(data)) return [];
    return data.slice(0, mostModels).flatMap((one: unknown) => {
      const id = (one as { readonly id?: unknown } | null)?.id;
      return isVisibleName(id) ? [id] : [];
    });
  } catch {
    return [];
  }
}
