import { useQuery } from "@tanstack/react-query";
import { File, FileSymlink, Folder } from "lucide-react";
import { Fragment, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ArtifactContent } from "@/api/contract";
import { FileHead, FileNote } from "@/domains/runs/files/file-parts";
import { FilePreview } from "@/domains/runs/files/file-preview";
import { isAbsent } from "@/lib/failure";
import { formatBytes, formatInteger } from "@/lib/number";
import { CodeBlock } from "@/ui/code-block";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import { Head, Num, Table } from "@/ui/table";
import { entryQuery, type VersionRef } from "../queries";
import { fileSnippet } from "../version/names";
import styles from "./files.module.css";
import { referenceUrl } from "./references";
import { baseName, type Folders, foldersTo, ordered } from "./tree-rows";

interface EntryProps {
  place: VersionRef;
  path: string;
  folders: Folders;
  linkTo: (path: string) => string;
  /** the folder is to be read */
  onOpen: (folder: string) => void;
  onRetry: (folder: string) => void;
}

/** What the address names: the top, a folder, or a file with its preview. */
export function EntryView({ place, path, ...tree }: EntryProps) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ ...entryQuery(place, path), enabled: path !== "" });
  const crumbs = <Crumbs path={path} linkTo={tree.linkTo} />;
  if (path === "" || data?.kind === "folder")
    return (
      <>
        {crumbs}
        <FolderView path={path} {...tree} />
      </>
    );
  if (isAbsent(error))
    return (
      <>
        {crumbs}
        <EmptyState title={t("artifacts.tree.absent")}>{t("artifacts.tree.absentText", { path })}</EmptyState>
      </>
    );
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={6} />;
  return (
    <>
      {crumbs}
      <FileHead name={baseName(path)} sizeBytes={data.sizeBytes} upTo={tree.linkTo("")} url={data.url} />
      <Content file={data} place={place} />
    </>
  );
}

/** The content of a file as far as it can be shown, or where a reference leads. */
export function Content({ file, place }: { file: ArtifactContent; place: VersionRef }) {
  const { t } = useTranslation();
  if (file.ref !== null) return <Reference target={file.ref} />;
  if (file.url === null) return <FileNote>{t("runs.files.noPreview")}</FileNote>;
  return (
    <>
      <FilePreview
        key={file.path}
        table={{ kind: "artifact", ...place, path: file.path, whole: false }}
        file={{
          name: file.path,
          sizeBytes: file.sizeBytes,
          mimetype: file.mimetype,
          updatedAt: "",
          md5: file.digest,
          url: file.url,
        }}
      />
      <details className={styles.how}>
        <summary>{t("artifacts.getFile")}</summary>
        <CodeBlock text={fileSnippet(place, file.path)} />
      </details>
    </>
  );
}

function Reference({ target }: { target: string }) {
  const { t } = useTranslation();
  const url = referenceUrl(target);
  return (
    <div className={styles.reference}>
      <p className={styles.muted}>{t("artifacts.tree.reference")}</p>
      {url ? (
        <a href={url} rel="noopener noreferrer" target="_blank">
          {target}
        </a>
      ) : (
        <CodeBlock text={target} wrap />
      )}
    </div>
  );
}

/** The way to what is shown; each folder of it leads there. */
function Crumbs({ path, linkTo }: Pick<EntryProps, "path" | "linkTo">) {
  const { t } = useTranslation();
  if (path === "") return null;
  return (
    <nav className={styles.crumbs} aria-label={t("artifacts.tree.path")}>
      {foldersTo(path).map((folder) => (
        <Fragment key={folder}>
          <Link to={linkTo(folder)}>
            {folder === "" ? t("artifacts.tree.top") : baseName(folder) || t("artifacts.tree.unnamed")}
          </Link>
          <span aria-hidden>/</span>
        </Fragment>
      ))}
      <span aria-current="page">{baseName(path)}</span>
    </nav>
  );
}

const SHOWN = 500;

/** One folder as a list with sizes; it is read by the tree beside it. */
function FolderView({ path, folders, linkTo, onOpen, onRetry }: Omit<EntryProps, "place">) {
  const { t } = useTranslation();
  const loaded = folders.get(path);
  useEffect(() => onOpen(path), [onOpen, path]);
  if (!loaded || (loaded.pending && loaded.items.length === 0)) return <SkeletonRows rows={6} />;
  if (loaded.error) return <ErrorState error={loaded.error} onRetry={() => onRetry(path)} />;
  return (
    <>
      <Table label={t("artifacts.tree.folderLabel", { name: path || t("artifacts.tree.top") })}>
        <thead>
          <tr>
            <Head>{t("artifacts.tree.name")}</Head>
            <Head numeric>{t("artifacts.files")}</Head>
            <Head numeric>{t("artifacts.size")}</Head>
          </tr>
        </thead>
        <tbody>
          {ordered(loaded)
            .slice(0, SHOWN)
            .map((item) => (
              <tr key={`${item.kind} ${item.path}`}>
                <td>
                  <Link to={linkTo(item.path)} className={styles.item}>
                    {item.kind === "folder" ? (
                      <Folder aria-hidden />
                    ) : item.ref === null ? (
                      <File aria-hidden />
                    ) : (
                      <FileSymlink aria-hidden />
                    )}
                    {baseName(item.path) || t("artifacts.tree.unnamed")}
                  </Link>
                </td>
                <Num>
                  {item.kind === "folder" &&
                    (item.fileCount === null ? t("common.none") : formatInteger(item.fileCount))}
                </Num>
                <Num>{item.sizeBytes === null ? t("common.none") : formatBytes(item.sizeBytes)}</Num>
              </tr>
            ))}
        </tbody>
      </Table>
      {(loaded.next !== null || loaded.items.length > SHOWN) && (
        <p className={styles.muted}>
          {t("artifacts.tree.folderMore", { shown: Math.min(SHOWN, loaded.items.length) })}
        </p>
      )}
    </>
  );
}
