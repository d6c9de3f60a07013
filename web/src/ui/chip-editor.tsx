import { Plus, X } from "lucide-react";
import { useState } from "react";
import { Badge } from "./badge";
import { Button } from "./button";
import styles from "./chip-editor.module.css";
import { Input } from "./field";
import { IconButton } from "./icon-button";

interface ChipEditorProps {
  items: readonly string[];
  tone: (item: string) => "plain" | "accent" | "info";
  /** what may not be taken away */
  isFixed?: (item: string) => boolean;
  canEdit: boolean;
  addLabel: string;
  /** shown beside the plus while there are none: says what they are */
  addText?: string;
  removeLabel: (item: string) => string;
  onAdd: (item: string) => void;
  onRemove: (item: string) => void;
}

/** Short words beside a thing, to add and to take away one by one. */
export function ChipEditor({
  items,
  tone,
  isFixed = () => false,
  canEdit,
  addLabel,
  addText,
  removeLabel,
  onAdd,
  onRemove,
}: ChipEditorProps) {
  const [adding, setAdding] = useState(false);
  const add = (text: string) => {
    const item = text.trim();
    if (item !== "" && !items.includes(item)) onAdd(item);
    setAdding(false);
  };
  return (
    <span className={styles.chips}>
      {items.map((item) => (
        <span key={item} className={styles.chip}>
          <Badge tone={tone(item)}>{item}</Badge>
          {canEdit && !isFixed(item) && (
            <IconButton
              label={removeLabel(item)}
              icon={<X aria-hidden />}
              className={styles.remove}
              onClick={() => onRemove(item)}
            />
          )}
        </span>
      ))}
      {adding ? (
        <Input
          className={styles.input ?? ""}
          aria-label={addLabel}
          placeholder={addLabel}
          maxLength={128}
          autoFocus
          onBlur={(event) => add(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") add(event.currentTarget.value);
            if (event.key === "Escape") {
              // the blur that follows adds nothing
              event.currentTarget.value = "";
              setAdding(false);
            }
          }}
        />
      ) : canEdit && addText !== undefined && items.length === 0 ? (
        <Button
          size="small"
          look="quiet"
          icon={<Plus aria-hidden />}
          aria-label={addLabel}
          onClick={() => setAdding(true)}
        >
          {addText}
        </Button>
      ) : (
        canEdit && (
          <IconButton
            label={addLabel}
            icon={<Plus aria-hidden />}
            className={styles.add}
            onClick={() => setAdding(true)}
          />
        )
      )}
    </span>
  );
}
