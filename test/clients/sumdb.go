// Checkpoints, proofs and the exported log, read by golang.org/x/mod/sumdb: the
// packages with which the go command trusts its checksum database.
//
// The key is the server's public one, from its file.
package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var failed = false

// show says whether something is as it should be.
func show(right bool, what string) {
	if right {
		fmt.Println("ok -", what)
	} else {
		failed = true
		fmt.Println("not ok -", what)
	}
}

// must ends the test: nothing after it would mean anything.
func must(err error) {
	if err != nil {
		fmt.Println("not ok -", err)
		os.Exit(1)
	}
}

// sql returns what psql prints for somebody's query.
func sql(who, query string) string {
	command := exec.Command("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", who, "-c", query)
	command.Stderr = os.Stdout
	printed, err := command.Output()
	must(err)
	return string(printed)
}

// parse reads JSON.
func parse(text string, into interface{}) {
	must(json.Unmarshal([]byte(text), into))
}

// hash reads one in hex.
func hash(text string) (h tlog.Hash) {
	bytes, err := hex.DecodeString(text)
	must(err)
	if len(bytes) != tlog.HashSize {
		must(fmt.Errorf("%q is no hash", text))
	}
	copy(h[:], bytes)
	return h
}

func hashes(texts []string) (all []tlog.Hash) {
	for _, text := range texts {
		all = append(all, hash(text))
	}
	return all
}

// open reads a signed checkpoint by a public key.
func open(text string, key ed25519.PublicKey) (tlog.Tree, error) {
	known, err := note.NewEd25519VerifierKey(strings.SplitN(text, "\n", 2)[0], key)
	must(err)
	verifier, err := note.NewVerifier(known)
	must(err)
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.SplitN(opened.Text, "\n", 2)
	// Its first line is the origin, where Go has words of its own.
	return tlog.ParseTree([]byte("go.sum database tree\n" + lines[1]))
}

// documented is the command of docs/VERIFYING.md that writes a checkpoint.
func documented() string {
	page, err := os.ReadFile("../docs/VERIFYING.md")
	must(err)
	for _, line := range strings.Split(string(page), "\n") {
		if strings.HasPrefix(line, "psql ") && strings.HasSuffix(line, " >checkpoints/new") {
			return line
		}
	}
	must(fmt.Errorf("docs/VERIFYING.md has no command that writes a checkpoint"))
	return ""
}

// checkpoint seals what there is and asks for a signature, as the page says: the
// file is the note, to the byte.
func checkpoint() string {
	sql("dora", "SELECT gov_audit_seal()")
	command := exec.Command("bash", "-c", documented())
	command.Dir = os.Getenv("TMPDIR")
	command.Env = append(os.Environ(), "PGUSER=ann")
	command.Stderr = os.Stdout
	must(os.MkdirAll(command.Dir+"/checkpoints", 0o755))
	must(command.Run())
	text, err := os.ReadFile(command.Dir + "/checkpoints/new")
	must(err)
	return string(text)
}

func publicKey() ed25519.PublicKey {
	file, err := os.ReadFile(os.Getenv("PUBLIC_KEY"))
	must(err)
	block, _ := pem.Decode(file)
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	must(err)
	return key.(ed25519.PublicKey)
}

// Only who has the key opens a checkpoint, and only as it was signed.
func checkpoints(text string, key ed25519.PublicKey) {
	size := strings.Split(text, "\n")[1]
	n, err := strconv.Atoi(size)
	must(err)
	changed := strings.Replace(text, "\n"+size+"\n", "\n"+strconv.Itoa(n+1)+"\n", 1)
	_, err = open(changed, key)
	show(err != nil, "refused: a checkpoint with another size")
	other, _, err := ed25519.GenerateKey(nil)
	must(err)
	_, err = open(text, other)
	show(err != nil, "refused: the key of somebody else")
	for _, more := range []string{text + "\n", strings.TrimSuffix(text, "\n")} {
		_, err = open(more, key)
		show(err != nil, "refused: a newline more, or less")
	}
}

// One tree is the continuation of another.
func consistency(old, tree tlog.Tree) {
	var proof struct{ Path []string }
	parse(sql("ann", fmt.Sprintf("SELECT gov_audit_consistency_proof(%d, %d)", old.N, tree.N)), &proof)
	path := tlog.TreeProof(hashes(proof.Path))
	show(tlog.CheckTree(path, tree.N, tree.Hash, old.N, old.Hash) == nil, "the log was only added to")
	show(tlog.CheckTree(path, tree.N, tree.Hash, old.N, tree.Hash) != nil, "refused: another beginning")
}

// From the exported bytes Go computes each leaf and the root of them all.
func export(tree tlog.Tree) (events []int64) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (found []tlog.Hash, err error) {
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	leaves := true
	for _, line := range strings.Split(strings.TrimSpace(sql("ann", fmt.Sprintf("SELECT gov_audit_export(0, %d)", tree.N))), "\n") {
		var leaf struct {
			I, E *int64
			H    string
			C    []byte
		}
		parse(line, &leaf)
		if leaf.I == nil {
			continue // the first and the last line
		}
		leaves = leaves && *leaf.I == int64(len(events)) && tlog.RecordHash(leaf.C) == hash(leaf.H)
		added, err := tlog.StoredHashes(*leaf.I, leaf.C, reader)
		must(err)
		stored = append(stored, added...)
		events = append(events, *leaf.E)
	}
	show(leaves, fmt.Sprintf("the hashes of %d leaves are those of their bytes", len(events)))
	root, err := tlog.TreeHash(tree.N, reader)
	show(err == nil && root == tree.Hash, "the root that Go computes is the checkpoint's")
	return events
}

// Each event is in the tree, in its place, and nothing else is there.
func inclusion(tree tlog.Tree, events []int64) {
	right := len(events) > 0
	for _, line := range strings.Split(strings.TrimSpace(sql("ann", fmt.Sprintf(
		`SELECT gov_audit_inclusion_proof(event_id, %d)
		FROM unnest('{%s}'::bigint[]) WITH ORDINALITY AS u (event_id, i) ORDER BY i`,
		tree.N, strings.Trim(strings.ReplaceAll(fmt.Sprint(events), " ", ","), "[]")))), "\n") {
		var proof struct {
			LeafIndex int64  `json:"leaf_index"`
			LeafHash  string `json:"leaf_hash"`
			Path      []string
		}
		parse(line, &proof)
		path := tlog.RecordProof(hashes(proof.Path))
		right = right &&
			tlog.CheckRecord(path, tree.N, tree.Hash, proof.LeafIndex, hash(proof.LeafHash)) == nil &&
			tlog.CheckRecord(path, tree.N, tree.Hash, proof.LeafIndex, tree.Hash) != nil
	}
	show(right, "each of them is in the tree, and nothing else in its place")
}

// One file (C2SP tlog-proof) has the event, its proof and a checkpoint.
func proofFile(event int64, key ed25519.PublicKey) {
	text := strings.TrimSuffix(sql("ann", fmt.Sprintf("SELECT gov_audit_proof_file(%d)", event)), "\n")
	head, checkpoint, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" ||
		!strings.HasPrefix(lines[1], "extra ") || !strings.HasPrefix(lines[2], "index ") {
		must(fmt.Errorf("no proof file: %q", text))
	}
	tree, err := open(checkpoint, key)
	must(err)
	leaf, err := base64.StdEncoding.DecodeString(lines[1][len("extra "):])
	must(err)
	index, err := strconv.ParseInt(lines[2][len("index "):], 10, 64)
	must(err)
	var path tlog.RecordProof
	for _, line := range lines[3:] {
		bytes, err := base64.StdEncoding.DecodeString(line)
		must(err)
		path = append(path, hash(hex.EncodeToString(bytes)))
	}
	show(tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(leaf)) == nil, "a proof file proves its event")
	show(tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(append(leaf, 0))) != nil, "and no other")
}

func main() {
	key := publicKey()
	first := checkpoint()
	old, err := open(first, key)
	must(err)
	show(old.N > 100, "a checkpoint opens with the server's key")
	checkpoints(first, key)

	sql("rosa", "SELECT gov_register_model('go', i::text) FROM generate_series(1, 300) AS i")
	tree, err := open(checkpoint(), key)
	must(err)
	show(tree.N >= old.N+300, "a later one is of a larger tree")
	consistency(old, tree)
	events := export(tree)
	inclusion(tree, events)
	proofFile(events[tree.N/2], key)
	if failed {
		os.Exit(1)
	}
}
