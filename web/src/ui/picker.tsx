import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { cx } from "@/lib/class-names";
import styles from "./picker.module.css";

export interface PickerOption {
  id: string;
  label: string;
  icon?: ReactNode;
  hint?: ReactNode;
  /** options of one group stand together under its name */
  group?: string;
}

interface PickerProps<T extends PickerOption> {
  label: string;
  query: string;
  onQuery: (query: string) => void;
  options: readonly T[];
  onPick: (option: T) => void;
  /** said when nothing matches, or while the options are on their way */
  empty: string;
  current?: string;
}

/** A search box over a list: type to narrow, arrows to move, Enter to choose. For popovers and dialogs. */
export function Picker<T extends PickerOption>({
  label,
  query,
  onQuery,
  options,
  onPick,
  empty,
  current,
}: PickerProps<T>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  // until an arrow or the mouse moves it, the mark is on what is open now
  const [moved, setActive] = useState<number | null>(query === "" ? null : 0);
  const here = Math.max(
    0,
    options.findIndex((option) => option.id === current),
  );
  const at = Math.min(moved ?? here, options.length - 1);

  useEffect(() => {
    list.current?.querySelector("[data-active]")?.scrollIntoView?.({ block: "nearest" });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && options.length > 0) {
      event.preventDefault();
      setActive((at + step + options.length) % options.length);
      return;
    }
    const option = options[at];
    // an Enter that ends the writing of a character is not a choice
    if (event.key === "Enter" && option && !event.nativeEvent.isComposing) {
      event.preventDefault();
      onPick(option);
    }
  };

  return (
    <div className={styles.picker}>
      <input
        className={styles.input}
        role="combobox"
        aria-expanded
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        aria-label={label}
        placeholder={label}
        value={query}
        onChange={(event) => {
          onQuery(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        // biome-ignore lint/a11y/noAutofocus: it opens because the person asked to search
        autoFocus
        autoComplete="off"
        spellCheck={false}
      />
      <div className={styles.list} ref={list} id={`${id}-list`} role="listbox" aria-label={label}>
        {options.map((option, index) => (
          <div key={option.id}>
            {option.group && option.group !== options[index - 1]?.group && (
              <div className={styles.group}>{option.group}</div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard acts through the input */}
            <div
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              data-active={index === at || undefined}
              className={cx(styles.option, option.id === current && styles.current)}
              onMouseMove={() => setActive(index)}
              onClick={() => onPick(option)}
            >
              {option.icon}
              <span className={styles.label}>{option.label}</span>
              {option.hint && <span className={styles.hint}>{option.hint}</span>}
            </div>
          </div>
        ))}
      </div>
      <p className={styles.empty} role="status">
        {options.length === 0 && empty}
      </p>
    </div>
  );
}

/** True when every word of the query is somewhere in the text; case does not matter. */
export function hasWords(text: string, query: string): boolean {
  const lower = text.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}
