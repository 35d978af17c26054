package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"rewind/questions"
)

// socketServer answers commands for the store that this process holds.
type socketServer struct {
	local local
	log   *slog.Logger
}

func newSocketServer(l local, log *slog.Logger) *http.Server {
	s := socketServer{l, log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+pathHello, func(w http.ResponseWriter, _ *http.Request) {})
	mux.HandleFunc("GET "+pathStatus, s.status)
	mux.HandleFunc("POST "+pathImport, s.importBank)
	mux.HandleFunc("POST "+pathPlan, s.importBank)
	mux.HandleFunc("POST "+pathUndo, s.undo)
	mux.HandleFunc("GET "+pathExport, s.export)
	mux.HandleFunc("GET "+pathBackup, s.backup)
	mux.HandleFunc("GET "+pathVerify, s.verify)
	return &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       time.Minute,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

func (s socketServer) status(w http.ResponseWriter, r *http.Request) {
	st, err := s.local.Status(r.Context())
	st.Holder = os.Getpid()
	s.answer(w, r, st, err)
}

func (s socketServer) undo(w http.ResponseWriter, r *http.Request) {
	info, err := s.local.Undo(r.Context())
	s.answer(w, r, info, err)
}

func (s socketServer) importBank(w http.ResponseWriter, r *http.Request) {
	qs, err := readQuestions(http.MaxBytesReader(w, r.Body, maxImport))
	if err != nil {
		s.answer(w, r, nil, err)
		return
	}
	done, err := s.local.Import(r.Context(), qs, r.URL.Path == pathPlan)
	s.answer(w, r, done, err)
}

// readQuestions reads one question a line. Fields of a newer Rewind are refused rather than lost.
func readQuestions(r io.Reader) (qs []questions.Question, err error) {
	lines := json.NewDecoder(r)
	lines.DisallowUnknownFields()
	for {
		var q questions.Question
		err := lines.Decode(&q)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read question %d: %w", len(qs)+1, err)
		}
		if q.ID == "" || len(q.Texts) == 0 || q.Texts[0].Prompt == "" {
			return nil, fmt.Errorf("read question %d: it has no ID or no text", len(qs)+1)
		}
		qs = append(qs, q)
	}
	if len(qs) == 0 {
		return nil, questions.ErrNoQuestion
	}
	return qs, nil
}

func (s socketServer) backup(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Trailer", backupWhole)
	buffered := bufio.NewWriterSize(w, 1<<20)
	err := s.local.store.BackupTo(r.Context(), buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		s.log.Error("backup failed", "error", err)
		return // without its trailer the copy is not taken for whole
	}
	w.Header().Set(backupWhole, "yes")
}

func (s socketServer) verify(w http.ResponseWriter, r *http.Request) {
	lines := json.NewEncoder(w)
	flush := http.NewResponseController(w).Flush
	found, err := s.local.Verify(r.Context(), func(percent int) {
		lines.Encode(verifyLine{Percent: percent}) // a reader that is gone ends r's context
		flush()
	})
	for _, f := range found {
		lines.Encode(verifyLine{Finding: &f})
	}
	if err != nil {
		lines.Encode(verifyLine{Failure: failureOf(err)})
		return
	}
	lines.Encode(verifyLine{End: true})
}

func (s socketServer) answer(w http.ResponseWriter, r *http.Request, result any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		s.log.Warn("a command failed", "path", r.URL.Path, "error", err)
		w.WriteHeader(http.StatusUnprocessableEntity)
		result = failureOf(err)
	} else {
		s.log.Info("did a command", "path", r.URL.Path)
	}
	json.NewEncoder(w).Encode(result) // the reader may be gone
}
