/** A turn of a provider whose turns alternate. */
interface OpenTurn<Role, Block> {
  readonly role: Role;
  readonly content: Block[];
}

/** Adds blocks to the last turn, if it has the same role, else as a turn of their own. */
export function addToTurns<Role, Block>(
  turns: OpenTurn<Role, Block>[],
  role: Role,
  blocks: readonly Block[],
): void {
  const last = turns.at(-1);
  if (blocks.length === 0) return;
  if (last?.role === role) last.content.push(...blocks);
  else turns.push({ role, content: [...blocks] });
}
