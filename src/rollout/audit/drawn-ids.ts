/** Ids of the last drawn requests. */
export interface DrawnIds {
  add(id: string): void;
  has(id: string): boolean;
}

const most = 10_000;

export function drawnIds(): DrawnIds {
  const ids = new Set<string>();
  return {
    add(id) {
      if (ids.size >= most) {
        const [oldest] = ids;
        if (oldest !== undefined) ids.delete(oldest);
      }
      ids.add(id);
    },
    has: (id) => ids.has(id),
  };
}
