/** File as it is read: decompressed, bounded, once. */
export interface ImportInput {
  /** Name for errors: the path; the URL without its query. */
  readonly name: string;
  /** Name without folder and extension. */
  readonly stem: string;
  /** Extension in lower case, with the dot: `.csv`. */
  readonly extension: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}
