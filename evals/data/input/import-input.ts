/** A file as it is read: unpacked, bounded, once. */
export interface ImportInput {
  /** Stands in errors: the path; the URL without its query. */
  readonly name: string;
  /** Its name without folder and extension. */
  readonly stem: string;
  /** In small letters, with the dot: `.csv`. */
  readonly extension: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}
