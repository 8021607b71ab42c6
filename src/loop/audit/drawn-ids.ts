import { oldestKeyOf } from "../oldest-key.ts";

/** Ids of the last drawn requests. */
export interface DrawnIds {
  add(id: string): void;
  has(id: string): boolean;
}

const most = 10_000;

export function drawnIds(): DrawnIds {
  const ids = new Set<string>();
  const oldest = oldestKeyOf(ids);
  return {
    add(id) {
      if (ids.size >= most) ids.delete(oldest() as string);
      ids.add(id);
    },
    has: (id) => ids.has(id),
  };
}
