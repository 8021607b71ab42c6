/** Hands over the next item if it is there already. Undefined: it has to be awaited, also an end or an error. */
export type TakeAtHand<T> = () => T | undefined;

/** By the method `next`: an object with another `next`, which may change what it passes on, does not count as ours. */
const takers = new WeakMap<object, TakeAtHand<unknown>>();

/**
 * Says that iterators with this `next` can also hand over an item without a promise: one piece of a network holds many, and a
 * promise at each layer costs more than reading one. Both are methods of one class, and take turns as they like.
 */
export function handsOver<T>(next: AsyncIterator<T>["next"], take: TakeAtHand<T>): void {
  takers.set(next, take);
}

/** Returns the function that takes what is at hand of an iterator. Undefined for one that is not ours. */
export function atHand<T>(iterator: AsyncIterator<T>): TakeAtHand<T> | undefined {
  const { next } = iterator;
  const take = typeof next === "function" ? takers.get(next) : undefined;
  return take && (() => take.call(iterator) as T | undefined);
}
