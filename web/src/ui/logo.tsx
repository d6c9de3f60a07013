/** The mark: a beam with a hanging weight. Two strokes, so that it holds at 16 px. */
export const Mark = ({ size = 20 }: { size?: number }) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 16 16"
    fill="none"
    stroke="var(--accent)"
    strokeWidth="2"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path d="M1.5 6.5 14.5 3.5" />
    <path d="M4.5 6v3.5M2.5 12.5 4.5 9.5l2 3z" />
  </svg>
);
