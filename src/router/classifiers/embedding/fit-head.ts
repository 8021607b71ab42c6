import { toBase64 } from "../../../plugin/base64.ts";
import { fitLogistic, logisticHead, neighboursHead, quantised } from "./heads.ts";
import type { TrainedEmbedding } from "./trained-embedding.ts";

export const NEIGHBOURS = 20;
/** Number of records in which neighbours are looked up; bounded because each request is compared with all. */
const maxExamples = 5_000;
/** Largest number of records with held-out estimates. */
const maxReference = 500;
const folds = 5;

/** A head and its held-out estimates. */
interface Fit {
  readonly head: TrainedEmbedding["head"];
  /** Estimates of records by heads that were fitted without them. */
  readonly heldOut: readonly { readonly index: number; readonly estimates: Float64Array }[];
}

type Rows = readonly Float32Array[];
type Quality = readonly (readonly number[])[];

/** Builds a table of the newest records. */
export function fitNeighbours(rows: Rows, quality: Quality): Fit {
  const first = Math.max(0, rows.length - maxExamples);
  const kept = rows.slice(first);
  const keptQuality = quality.slice(first).flat();
  const dimensions = kept[0]?.length ?? 0;
  const vectors = new Int8Array(kept.length * dimensions);
  for (const [index, row] of kept.entries()) vectors.set(quantised(row), index * dimensions);
  const models = quality[0]?.length ?? 0;
  const ask = neighboursHead({ dimensions, vectors, quality: keptQuality, models }, NEIGHBOURS);
  const every = Math.ceil(kept.length / maxReference);
  const heldOut = kept.flatMap((row, index) =>
    index % every === 0 ? [{ index: first + index, estimates: ask(row, index) }] : [],
  );
  const base64 = toBase64(new Uint8Array(vectors.buffer));
  return { head: { kind: "neighbours", k: NEIGHBOURS, vectors: base64, quality: keptQuality }, heldOut };
}

/** Fits one regression per model. */
export function fitRegressions(rows: Rows, quality: Quality): Fit {
  const models = quality[0]?.map((_, model) => model) ?? [];
  const fitOn = (chosen: (index: number) => boolean) => {
    const some = rows.filter((_, index) => chosen(index));
    const labels = quality.filter((_, index) => chosen(index));
    return models.map((model) =>
      Array.from(
        fitLogistic(
          some,
          labels.map((one) => one[model] as number),
        ),
        (weight) => Number(weight.toPrecision(6)),
      ),
    );
  };
  const heldOut = Array.from({ length: folds }, (_, fold) => {
    const head = logisticHead(fitOn((index) => index % folds !== fold));
    return rows.flatMap((row, index) => (index % folds === fold ? [{ index, estimates: head(row) }] : []));
  });
  return { head: { kind: "logistic", weights: fitOn(() => true) }, heldOut: heldOut.flat() };
}
