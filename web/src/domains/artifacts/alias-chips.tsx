import type { ArtifactRow } from "@/api/contract";
import { Badge } from "@/ui/badge";
import styles from "./artifacts.module.css";

/** Aliases beside a version; `latest` stands out, since it moves by itself. */
export const AliasChips = ({ aliases }: Pick<ArtifactRow, "aliases">) => (
  <span className={styles.chips}>
    {aliases.map((alias) => (
      <Badge key={alias} tone={alias === "latest" ? "accent" : "plain"}>
        {alias}
      </Badge>
    ))}
  </span>
);

export const TagChips = ({ tags }: Pick<ArtifactRow, "tags">) => (
  <span className={styles.chips}>
    {tags.map((tag) => (
      <Badge key={tag} tone="info">
        {tag}
      </Badge>
    ))}
  </span>
);
