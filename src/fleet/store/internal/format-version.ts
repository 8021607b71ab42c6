import { StoreError } from "../../../contracts/index.ts";

/** Version of what stores hold. */
export const storeFormatVersion = 1;

/** Throws `StoreError` for data of another version. */
export function checkFormat(store: string, found: number): void {
  if (found === storeFormatVersion) return;
  throw new StoreError(
    store,
    "format",
    `holds data of format ${found}, and this version reads ${storeFormatVersion}: use another namespace or file, or the version of switchpoint that wrote them`,
  );
}
