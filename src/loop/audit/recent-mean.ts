/** Mean over the past in which each further value makes the earlier ones count 1 % less. */
export interface RecentMean {
  add(value: number): void;
  /** Undefined before the first value. */
  value(): number | undefined;
}

const forgotten = 0.01;

export function recentMean(): RecentMean {
  let sum = 0;
  let weight = 0;
  return {
    add(value) {
      sum = sum * (1 - forgotten) + value;
      weight = weight * (1 - forgotten) + 1;
    },
    value: () => (weight === 0 ? undefined : sum / weight),
  };
}
