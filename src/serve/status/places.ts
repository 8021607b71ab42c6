import { shortText } from "../../plugin/short-text.ts";
import { mostModels } from "./slot.ts";

/** Places of models in slots: a fixed number, and one that the others share. */
export interface Places {
  /** Names by place. */
  readonly names: readonly string[];
  of(model: string): number;
}

/** Name of all models that came after the places were full. */
const otherModels = "other models";

export function createPlaces(): Places {
  const places = new Map<string, number>();
  const names: string[] = [];
  return {
    names,
    of(model) {
      const known = places.get(model);
      if (known !== undefined) return known;
      if (places.size >= mostModels) {
        names[mostModels] ??= otherModels;
        return mostModels;
      }
      names.push(shortText(model) ?? "");
      places.set(model, names.length - 1);
      return names.length - 1;
    },
  };
}
