import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { CodeBlock } from "@/ui/code-block";
import { Markdown } from "@/ui/markdown";
import styles from "./reports.module.css";
import { type Block, type Inline, type Item, isSafeAddress, type Leaf, type Mark } from "./spec";

/** A report to read: words, lists, code and addresses. What is not drawn yet says so in its place. */
export const ReportBlocks = ({ blocks }: { blocks: readonly Block[] }) => (
  <div className={styles.report}>
    <Blocks blocks={blocks} />
  </div>
);

// a report does not change while it is read, so positions name its blocks
const Blocks = ({ blocks }: { blocks: readonly Block[] }) =>
  blocks.map((block, index) => <OneBlock key={`${index}-${block.kind}`} block={block} />);

function OneBlock({ block }: { block: Block }) {
  switch (block.kind) {
    case "paragraph":
      return (
        <p>
          <Words of={block.children} />
        </p>
      );
    case "quote":
      return (
        <blockquote>
          <Words of={block.children} />
        </blockquote>
      );
    case "callout":
      return (
        <p className={styles.callout}>
          <Words of={block.children} />
        </p>
      );
    case "heading":
      return <Heading {...block} />;
    case "list":
      return <List {...block} />;
    case "code":
      return <CodeBlock text={block.text} />;
    case "formula":
      return <code className={styles.formula}>{block.text}</code>;
    case "markdown":
      return <Markdown text={block.text} />;
    case "address":
      return <Address {...block} />;
    case "rule":
      return <hr />;
    case "missing":
      return <Missing {...block} />;
  }
}

function Heading({ level, children, folded }: Extract<Block, { kind: "heading" }>) {
  const Tag = (["h2", "h3", "h4"] as const)[level - 1] ?? "h2";
  const title = (
    <Tag>
      <Words of={children} />
    </Tag>
  );
  if (!folded) return title;
  return (
    <details className={styles.folded}>
      <summary>{title}</summary>
      <Blocks blocks={folded} />
    </details>
  );
}

function List({ ordered, items }: { ordered: boolean; items: readonly Item[] }) {
  const Tag = ordered ? "ol" : "ul";
  return (
    <Tag>
      {items.map((item, index) => (
        <li key={index} {...(item.checked !== null && { className: styles.checkable })}>
          {item.checked !== null && <input type="checkbox" checked={item.checked} disabled readOnly />}
          <div>
            <Blocks blocks={item.children} />
          </div>
        </li>
      ))}
    </Tag>
  );
}

/** A picture or page elsewhere is named, not fetched: fetching would tell that host who reads the report. */
function Address({ of, url, caption }: Extract<Block, { kind: "address" }>) {
  const { t } = useTranslation();
  return (
    <p className={styles.address}>
      <span>{t(`reports.address.${of}`)}</span> {caption && `${caption} `}
      {isSafeAddress(url) ? (
        <a href={url} target="_blank" rel="noopener noreferrer">
          {url}
        </a>
      ) : (
        url
      )}
    </p>
  );
}

function Missing({ type, panels }: { type: string; panels: number }) {
  const { t } = useTranslation();
  const text = panels > 0 ? t("reports.missingPanels", { count: panels }) : t("reports.missing", { type });
  return <p className={styles.missing}>{text}</p>;
}

const Words = ({ of }: { of: readonly Inline[] }) =>
  of.map((inline, index) => <Fragment key={index}>{inlineOf(inline)}</Fragment>);

function inlineOf(inline: Inline): ReactNode {
  if (inline.kind === "formula") return <code>{inline.text}</code>;
  if (inline.kind === "text") return marked(inline);
  const words = <Words of={inline.children} />;
  if (!isSafeAddress(inline.url)) return words;
  return (
    <a href={inline.url} target="_blank" rel="noopener noreferrer">
      {words}
    </a>
  );
}

const TAGS: Record<Mark, "code" | "strong" | "em" | "u" | "s"> = {
  code: "code",
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
};

const marked = ({ text, marks }: Leaf): ReactNode =>
  marks.reduce<ReactNode>((words, mark) => {
    const Tag = TAGS[mark];
    return <Tag>{words}</Tag>;
  }, text);
