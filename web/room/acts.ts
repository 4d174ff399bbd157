const steps: Record<string, readonly [message: number, button: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The buttons of all messages are one stop of the Tab key: the arrow keys lead from one to the next. */
export function moveAmongActs(key: KeyboardEvent & { currentTarget: Element }): void {
  const step = steps[key.key];
  const acts = key.target instanceof Element && key.target.closest('.acts');
  if (!step || !acts) return;
  const all = [...key.currentTarget.querySelectorAll('.acts')];
  const buttonsOf = (index: number) => [
    ...(all[index]?.querySelectorAll<HTMLElement>(':scope > button') ?? []),
  ];
  const row = all.indexOf(acts);
  const column = buttonsOf(row).indexOf(key.target as HTMLElement);
  const next = buttonsOf(row + step[0]);
  const button = next[Math.min(column + step[1], step[0] === 0 ? column + step[1] : next.length - 1)];
  if (!button) return;
  key.preventDefault();
  button.focus();
}
