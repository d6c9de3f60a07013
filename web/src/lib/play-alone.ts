let playing: HTMLMediaElement | null = null;

/** For what starts to play: one plays at a time. */
export function playAlone({ currentTarget }: { currentTarget: HTMLMediaElement }): void {
  if (playing !== currentTarget) playing?.pause();
  playing = currentTarget;
}
