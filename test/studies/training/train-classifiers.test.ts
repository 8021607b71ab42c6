import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { trainedOn } from "../../../src/router/classifiers/complexity/complexity-weights.generated.ts";
import { trainClassifiers } from "../../../studies/training/train-classifiers.ts";
import { hasWordVectors } from "../../../studies/training/word-vectors.ts";
import { runs } from "../../support/runs.ts";

const folder = process.env["SWITCHPOINT_DATA"] ?? "../shared/data";
const reason =
  runs(0, 1) === 0
    ? "it takes a minute: SWITCHPOINT_RUNS=full"
    : !existsSync(join(folder, "train/mmlu_pro.jsonl.gz"))
      ? `no data sets in ${folder} (SWITCHPOINT_DATA)`
      : !hasWordVectors()
        ? "no word vectors (SWITCHPOINT_WORD_VECTORS)"
        : process.version !== trainedOn
          ? `the weights were trained on Node ${trainedOn}, this is ${process.version}`
          : undefined;
if (reason !== undefined) console.log(`skipped: ${reason}`);

test.skipIf(reason !== undefined)(
  "training again gives the checked-in files, bit for bit",
  async () => {
    const files = await trainClassifiers(folder);
    for (const [name, source] of Object.entries(files)) {
      const checkedIn = readFileSync(
        join(import.meta.dirname, "../../../src/router/classifiers", name),
        "utf8",
      );
      // Not toBe, which would print the weights.
      expect(source === checkedIn, `${name} is what npm run train writes`).toBe(true);
    }
    expect(Object.keys(files)).toHaveLength(2);
  },
  900_000,
);
