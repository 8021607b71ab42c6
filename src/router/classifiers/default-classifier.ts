import type { Classifier } from "../../contracts/index.ts";
import { type LoadedOnUse, loadedOnUse } from "../../plugin/loaded-on-use.ts";
import { version } from "./complexity/complexity-version.generated.ts";

const late: LoadedOnUse<typeof import("./complexity.ts")> = loadedOnUse(() => import("./complexity.ts"));

/** Starts or joins the loading of the weights. Undefined: they are at hand. */
export const loadWeights: () => Promise<unknown> | undefined = late.load;

/** `complexity()`, whose weights are read when they are first needed. */
export interface DefaultClassifier extends Classifier {
  /** Starts or joins the loading. Undefined: the weights are at hand, and `classify` answers at once. */
  load(): Promise<unknown> | undefined;
}

export function defaultClassifier(): DefaultClassifier {
  let made: Classifier | undefined;
  return {
    name: "complexity",
    version,
    categories: [],
    load: loadWeights,
    classify(facts, hop) {
      made ??= late.atHand?.complexity();
      if (made !== undefined) return made.classify(facts, hop);
      return (late.load() ?? Promise.resolve(late.get())).then(({ complexity }) => {
        made ??= complexity();
        return made.classify(facts, hop);
      });
    },
  };
}
