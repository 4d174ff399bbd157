const steps: Record<string, readonly [rows: number, columns: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The buttons of all messages are one stop of the Tab key: the arrow keys lead from one to the next. */
export function moveAmongActs(key: KeyboardEvent & { currentTarget: Element }): void {
  const step = steps[key.key];
  const acts = key.target instanceof HTMLElement ? key.target.parentElement : undefined;
  // In the dialog that a button has opened, arrows are the dialog's.
  if (!step || !acts?.matches('.acts')) return;
  const [rows, columns] = step;
  const all = [...key.currentTarget.querySelectorAll('.acts')];
  const buttonsOf = (of: Element | undefined) => [
    ...(of?.querySelectorAll<HTMLElement>(':scope > button') ?? []),
  ];
  const column = buttonsOf(acts).indexOf(key.target as HTMLElement);
  const buttons = buttonsOf(all[all.indexOf(acts) + rows]);
  const next = buttons[Math.min(column, buttons.length - 1) + columns];
  if (!next) return;
  key.preventDefault();
  next.focus();
}
