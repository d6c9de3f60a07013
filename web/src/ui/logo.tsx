/** The mark: a beam with a hanging weight. Two strokes, so that it holds at 16 px. */
export const Mark = ({ size = 20 }: { size?: number }) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 16 16"
    fill="none"
    stroke="var(--accent)"
    strokeWidth="1.8"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path d="M1.5 5 14.5 2.5" />
    <path d="M5 4.5v3.5L2.5 13h5L5 8" />
  </svg>
);
