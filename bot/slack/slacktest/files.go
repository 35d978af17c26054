package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// File is a file, or a snippet, which is one that was typed into Slack.
type File struct {
	ID      string
	Name    string
	Title   string
	Type    string // such as "text", "go", "png"
	Mode    string // "hosted" or "snippet"
	User    string
	Content []byte

	w       *Workspace
	created time.Time
	public  bool
	ready   bool // it has its content and was shared
	size    int  // as announced
}

// fileTypes are those whose name in Slack is not their extension.
// https://docs.slack.dev/reference/objects/file-object#types
var fileTypes = map[string]string{"txt": "text", "py": "python", "md": "markdown", "js": "javascript", "rs": "rust", "sh": "shell", "yml": "yaml"}

func (w *Workspace) newFile(name string, content []byte, by string) *File {
	extension := strings.TrimPrefix(path.Ext(name), ".")
	kind := fileTypes[extension]
	if kind == "" {
		kind = extension
	}
	if kind == "" {
		kind = "text"
	}
	f := &File{ID: w.s.newID("F"), Name: name, Title: name, Type: kind, Mode: "hosted", User: by, Content: content, w: w, created: time.Now()}
	w.files = append(w.files, f)
	return f
}

// json is a file as Slack sends it.
// https://docs.slack.dev/reference/objects/file-object
func (f *File) json() object {
	kind := mime.TypeByExtension(path.Ext(f.Name))
	if kind, _, _ = strings.Cut(kind, ";"); kind == "" || f.Mode == "snippet" {
		kind = "text/plain"
	}
	where := f.w.s.url + "/files-pri/" + f.w.id + "-" + f.ID
	j := object{"id": f.ID, "created": f.created.Unix(), "timestamp": f.created.Unix(), "name": f.Name, "title": f.Title, "mimetype": kind,
		"filetype": f.Type, "pretty_type": strings.ToUpper(f.Type[:1]) + f.Type[1:], "user": f.User, "user_team": f.w.id,
		"editable": f.Mode == "snippet", "size": len(f.Content), "mode": f.Mode, "is_external": false, "external_type": "", "is_public": f.public,
		"public_url_shared": false, "display_as_bot": false, "username": "", "url_private": where + "/" + f.Name,
		"url_private_download": where + "/download/" + f.Name, "media_display_type": "unknown",
		"permalink":        "https://" + f.w.domain + ".slack.com/files/" + f.User + "/" + f.ID + "/" + f.Name,
		"permalink_public": "https://slack-files.com/" + f.w.id + "-" + f.ID + "-0", "is_starred": false, "has_rich_preview": false,
		"file_access": "visible"}
	if f.Mode == "snippet" {
		text := string(f.Content)
		lines := strings.Split(text, "\n")
		j["edit_link"] = j["permalink"].(string) + "/edit"
		j["preview"] = strings.Join(lines[:min(len(lines), 5)], "\n")
		j["lines"], j["lines_more"] = len(lines), max(0, len(lines)-5)
		j["preview_is_truncated"] = len(lines) > 5
	}
	return j
}

func (w *Workspace) file(id string) *File {
	i := slices.IndexFunc(w.files, func(f *File) bool { return f.ID == id })
	if i < 0 {
		return nil
	}
	return w.files[i]
}

func (s *Server) fileInfo(r *request) (object, *apiError) {
	f := r.workspace.file(r.args.String("file"))
	if f == nil || !f.ready {
		return nil, refuse("file_not_found")
	}
	j := f.json()
	j["channels"], j["groups"], j["ims"] = []string{}, []string{}, []string{}
	answer := object{"file": j, "comments": []any{}, "response_metadata": object{"next_cursor": ""}}
	if f.Mode == "snippet" {
		answer["content"] = string(f.Content)
	}
	return answer, nil
}

// uploadURL is files.getUploadURLExternal, the first of three steps.
// https://docs.slack.dev/messaging/working-with-files#upload
func (s *Server) uploadURL(r *request) (object, *apiError) {
	size, err := strconv.Atoi(r.args.String("length"))
	if err != nil || size <= 0 {
		return nil, refuse("invalid_arguments", "must be more than 0 [json-pointer:/length]")
	}
	f := r.workspace.newFile(r.args.String("filename"), nil, r.workspace.bot.id)
	f.size = size
	if kind := r.args.String("snippet_type"); kind != "" {
		f.Mode, f.Type = "snippet", kind
	}
	return object{"upload_url": s.url + "/upload/v1/" + f.w.id + "/" + f.ID, "file_id": f.ID}, nil
}

// serveUpload takes the content, the second step. It needs no token.
func (s *Server) serveUpload(w http.ResponseWriter, q *http.Request) {
	content, err := readUpload(q)
	if err != nil {
		s.t.Errorf("an upload is not understood: %v", err)
	}
	id := q.URL.Path[strings.LastIndexByte(q.URL.Path, '/')+1:]
	a, slow := s.act(&request{Request: q, method: "upload"}, func(*request) *answer {
		for _, w := range s.workspaces {
			if f := w.file(id); f != nil && len(content) == f.size {
				f.Content = content
				return &answer{status: http.StatusOK, kind: "text/plain", body: fmt.Appendf(nil, "OK - %d", len(content))}
			}
		}
		return &answer{status: http.StatusBadRequest, kind: "text/plain", body: []byte("upload failed")}
	})
	s.pause(q, slow)
	s.write(w, q, a)
}

// readUpload takes the content of an upload, which is the body or the one file of a form.
func readUpload(q *http.Request) ([]byte, error) {
	kind, params, err := mime.ParseMediaType(q.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return io.ReadAll(q.Body)
	}
	for parts := multipart.NewReader(q.Body, params["boundary"]); ; {
		p, err := parts.NextPart()
		if err != nil {
			return nil, fmt.Errorf("no file in the form: %w", err)
		}
		if p.FileName() != "" {
			content, err := io.ReadAll(p)
			if err != nil {
				return nil, err
			}
			_, err = io.Copy(io.Discard, q.Body)
			return content, err
		}
	}
}

// completeUpload is files.completeUploadExternal, the third step, which shares what was uploaded.
func (s *Server) completeUpload(r *request) (object, *apiError) {
	var wanted []struct{ ID, Title string }
	if json.Unmarshal(r.args.JSON("files"), &wanted) != nil || len(wanted) == 0 {
		return nil, refuse("invalid_arguments", "must be an array [json-pointer:/files]")
	}
	var files []*File
	answer := []object{}
	for _, want := range wanted {
		f := r.workspace.file(want.ID)
		if f == nil || f.Content == nil {
			return nil, refuse("file_not_found")
		}
		if want.Title != "" {
			f.Title = want.Title
		}
		files = append(files, f)
		answer = append(answer, object{"id": f.ID, "title": f.Title})
	}
	for _, f := range files {
		f.ready = true
	}
	if r.args.String("channel_id") == "" {
		return object{"files": answer}, nil
	}
	r.args["channel"] = r.args["channel_id"]
	c, e := r.desk()
	if e != nil {
		return nil, e
	}
	m := &Message{Text: r.args.String("initial_comment"), User: r.workspace.bot.id, bot: true, Files: files, Subtype: fileShare,
		ThreadTS: r.args.String("thread_ts")}
	if parent := c.find(m.ThreadTS); m.ThreadTS != "" && parent == nil {
		return nil, refuse("invalid_thread_ts")
	}
	if blocks := r.args.JSON("blocks"); blocks != nil {
		if e := checkBlocks(blocks, inMessage); e != nil {
			return nil, e
		}
		m.Blocks = withBlockIDs(blocks, s.newBlockID)
	}
	c.say(m)
	return object{"files": answer}, nil
}

// serveDownload gives a file to the bot. Whoever has no right to it gets, as at Slack, a page to sign in with status 200.
// https://docs.slack.dev/reference/objects/file-object
func (s *Server) serveDownload(w http.ResponseWriter, q *http.Request) {
	token, _ := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
	a, slow := s.act(&request{Request: q, method: "file"}, func(*request) *answer {
		for _, w := range s.workspaces {
			if w.token != token || w.tokenState != "" || w.needs("files:read") != nil {
				continue
			}
			for _, f := range w.files {
				if strings.HasPrefix(q.URL.Path, "/files-pri/"+w.id+"-"+f.ID+"/") {
					return &answer{status: http.StatusOK, kind: "application/octet-stream", body: f.Content}
				}
			}
			return &answer{status: http.StatusNotFound, kind: "text/html", body: []byte("<!DOCTYPE html><title>Not found</title>")}
		}
		return &answer{status: http.StatusOK, kind: "text/html; charset=utf-8", body: []byte("<!DOCTYPE html><html><title>Slack</title><p>Sign in</html>")}
	})
	s.pause(q, slow)
	s.write(w, q, a)
}
