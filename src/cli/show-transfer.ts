import type { Io } from "./io.ts";

/** What an import or export has written. */
interface Transfer {
  readonly kind?: "outcomes" | "dataset" | undefined;
  readonly records: number;
  /** Of an import: on how many records each has an outcome. */
  readonly models?: Readonly<Record<string, number>> | readonly string[] | undefined;
  readonly leftOut: Readonly<Record<string, number>>;
  readonly out: string;
}

/** What was left out goes to stderr, the rest to stdout. */
export function showTransfer(transfer: Transfer, json: boolean, { stdout, stderr }: Io): void {
  const { kind, records, models, leftOut, out } = transfer;
  for (const [reason, count] of Object.entries(leftOut)) stderr(`left out: ${count} ${reason}\n`);
  const counts = models === undefined || Array.isArray(models) ? [] : Object.entries(models);
  for (const [model, count] of counts)
    if (count < records) stderr(`${model} has an outcome on ${count} of ${records} records\n`);
  const what = kind === "dataset" ? "records of a data set" : "records with outcomes";
  stdout(json ? `${JSON.stringify(transfer)}\n` : `${records} ${what}: ${out}\n`);
}
